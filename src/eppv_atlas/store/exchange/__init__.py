"""An atlas in other stores: files for GIS, columnar files, a database; out of them and back without loss.

Floor 3, part of the store: must not know how measures are made, maps or the command line.
"""
