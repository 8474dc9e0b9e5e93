"""The scalars of a record: how a text becomes a number, an id, a word of a vocabulary.

Each is a type with its check and with what the JSON Schema says of it, so that
an editor and the package refuse the same.

Floor 2: knows the vocabulary and the units; must not know records.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from eppv_atlas import vocabulary
from eppv_atlas.units import UNITS

SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
PLACE_CODE = r"^([1-9][0-9]{5}|[A-Z]{2}-[A-Z0-9]{1,3})$"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def _number(value: Any) -> Any:
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        raise PydanticCustomError("plain_number", "write a plain number such as 1039 or 12.34")
    return value


def _known(table: Mapping[str, Any], what: str) -> BeforeValidator:
    def check(value: Any) -> Any:
        if value not in table:
            raise PydanticCustomError(
                "one_of",
                "{value} is no {what}",
                {"value": repr(value), "what": what, "choices": list(table)},
            )
        return value

    return BeforeValidator(check)


def _enum(table: Mapping[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(table)})


FormatVersion = Annotated[Literal["1"], WithJsonSchema({"enum": [1, "1"]})]
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_number)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False), BeforeValidator(_number)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), BeforeValidator(_number)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False), BeforeValidator(_number)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False), BeforeValidator(_number)]
Count = Annotated[int, Field(ge=1, le=10000), BeforeValidator(_number)]
Page = Annotated[int, Field(ge=1, le=100000), BeforeValidator(_number)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
ReviewNo = Annotated[
    str,
    StringConstraints(
        pattern=r"^(GS|GS[\u4e00-\u9fff]|[\u4e00-\u9fff]{1,3}S) ?[(（][0-9]{4}[)）] ?[0-9]{1,6} ?号?$"
    ),
]
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=64)]
PlaceCode = Annotated[
    str,
    StringConstraints(pattern=PLACE_CODE),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": PLACE_CODE},
                {"type": "integer", "minimum": 100000, "maximum": 999999},
            ]
        }
    ),
]
Ref = Annotated[
    str,
    StringConstraints(pattern=r"^([1-9][0-9]{5}|[A-Z]{2}-[A-Z0-9]{1,3}|[a-z][a-z0-9]*(-[a-z0-9]+)*)$"),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 100000, "maximum": 999999}]}
    ),
]
PageRange = Annotated[
    str,
    StringConstraints(pattern=r"^[1-9][0-9]*(-[1-9][0-9]*)?$"),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^[1-9][0-9]*(-[1-9][0-9]*)?$"}, {"type": "integer"}]}
    ),
]
Period = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]
AreaRef = Slug | Annotated[tuple[Slug, ...], Field(min_length=1)]
PathId = Annotated[str, _known(vocabulary.PATHS, "path"), _enum(vocabulary.PATHS)]
ModeId = Annotated[str, _known(vocabulary.MODES, "mode"), _enum(vocabulary.MODES)]
CategoryId = Annotated[str, _known(vocabulary.CATEGORIES, "product category"), _enum(vocabulary.CATEGORIES)]
BasisId = Annotated[str, _known(vocabulary.BASES, "basis"), _enum(vocabulary.BASES)]
ZoneKindId = Annotated[str, _known(vocabulary.ZONE_KINDS, "zone kind"), _enum(vocabulary.ZONE_KINDS)]
SiteKindId = Annotated[str, _known(vocabulary.SITE_KINDS, "site kind"), _enum(vocabulary.SITE_KINDS)]
ConfidenceId = Annotated[str, _known(vocabulary.CONFIDENCES, "confidence"), _enum(vocabulary.CONFIDENCES)]
SectionId = Annotated[str, _known(vocabulary.SECTIONS, "section"), _enum(vocabulary.SECTIONS)]
QualifierId = Annotated[str, _known(vocabulary.QUALIFIERS, "qualifier"), _enum(vocabulary.QUALIFIERS)]
SeriesKindId = Annotated[str, _known(vocabulary.SERIES_KINDS, "series kind"), _enum(vocabulary.SERIES_KINDS)]
ClaimKindId = Annotated[str, _known(vocabulary.CLAIM_KINDS, "claim kind"), _enum(vocabulary.CLAIM_KINDS)]
MechanismKindId = Annotated[
    str, _known(vocabulary.MECHANISM_KINDS, "mechanism kind"), _enum(vocabulary.MECHANISM_KINDS)
]
PartyRoleId = Annotated[str, _known(vocabulary.PARTY_ROLES, "party role"), _enum(vocabulary.PARTY_ROLES)]
RelationId = Annotated[str, _known(vocabulary.RELATIONS, "relation"), _enum(vocabulary.RELATIONS)]
DirectionId = Annotated[str, _known(vocabulary.DIRECTIONS, "direction"), _enum(vocabulary.DIRECTIONS)]
UnitId = Annotated[str, _known(UNITS, "unit"), _enum(UNITS)]
Side = Literal["west", "east", "south", "north", "centre", "edge"]
