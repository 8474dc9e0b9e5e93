"""What officers bring, looked at before anything is taken from it.

Floor 3: knows files and outlines of units; must not know rendering, reports or
the command line.
"""
