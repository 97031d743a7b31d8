# SPDX-License-Identifier: GPL-2.0-or-later
"""What the compiler made of a table of names: enumerators from DWARF, strings from the object.

An object file holds the table as pointers that are still to be filled in: for each index there is
a relocation to a string, or none where the pointer is NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from elftools.common.exceptions import DWARFError, ELFError
from elftools.elf.elffile import ELFFile

_LARGEST = 64 << 20  # bytes of an object


class NotThere(Exception):
    """The object has no such enum or table, or what it has cannot be read; a sentence says why."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """``enumerators`` are names and values, ``names`` the strings by index, None for NULL.

    ``line`` is where the table is defined.
    """

    enumerators: tuple[tuple[str, int], ...]
    names: tuple[str | None, ...]
    line: int

    def name(self, value: int) -> str | None:
        """The name at an index; None also where the table is shorter."""
        return self.names[value] if 0 <= value < len(self.names) else None


def read(path: Path, wanted: Iterable[tuple[str, str]]) -> dict[str, Compiled]:
    """Read an object that was compiled with -g: for each pair of an enum, by its tag or typedef,
    and a table, what is in it, by the name of the table.

    Raises NotThere.
    """
    if path.stat().st_size > _LARGEST:
        raise NotThere(f"{path.name} has more than {_LARGEST >> 20} MiB")
    pairs = list(wanted)
    try:
        with path.open("rb") as file:
            elf = ELFFile(file)
            enums, lines = _debug(elf, pairs)
            return {
                table: Compiled(enums[enum], _strings(elf, table), lines[table])
                for enum, table in pairs
            }
    except (ELFError, DWARFError, OSError) as error:
        raise NotThere(f"{path.name} cannot be read: {error}") from error


def _debug(
    elf: Any, pairs: list[tuple[str, str]]
) -> tuple[dict[str, tuple[tuple[str, int], ...]], dict[str, int]]:
    """The enumerators of each enum, and the line of each table."""
    enums, tables = {enum for enum, _ in pairs}, {table for _, table in pairs}
    bodies: dict[int, tuple[tuple[str, int], ...]] = {}
    named: dict[str, set[int]] = {enum: set() for enum in enums}
    lines = dict.fromkeys(tables, 0)
    for unit in elf.get_dwarf_info().iter_CUs():
        for entry in unit.get_top_DIE().iter_children():
            name = _text(entry, "DW_AT_name")
            if entry.tag == "DW_TAG_enumeration_type" and (not name or name in enums):
                bodies[entry.offset] = tuple(
                    (_text(one, "DW_AT_name"), one.attributes["DW_AT_const_value"].value)
                    for one in entry.iter_children()
                    if one.tag == "DW_TAG_enumerator"
                )
                if name:
                    named[name].add(entry.offset)
            elif entry.tag == "DW_TAG_typedef" and name in enums:
                if "DW_AT_type" in entry.attributes:
                    named[name].add(entry.get_DIE_from_attribute("DW_AT_type").offset)
            elif entry.tag == "DW_TAG_variable" and name in tables:
                lines[name] = entry.attributes["DW_AT_decl_line"].value
    found = {}
    for enum, offsets in named.items():
        same = {bodies[offset] for offset in offsets if offset in bodies}
        if len(same) != 1:
            raise NotThere(f"the debug information has {len(same) or 'no'} enum {enum}")
        found[enum] = same.pop()
    return found, lines


def _text(entry: Any, attribute: str) -> str:
    value = entry.attributes.get(attribute)
    return value.value.decode("utf-8", "replace") if value else ""


def _strings(elf: Any, table: str) -> tuple[str | None, ...]:
    symbols = elf.get_section_by_name(".symtab")
    called = symbols.get_symbol_by_name(table) if symbols else None
    known = [one for one in called or () if isinstance(one["st_shndx"], int) and one["st_size"]]
    if len(known) != 1:
        raise NotThere(f"the object has {len(known) or 'no'} table {table}")
    symbol, width = known[0], elf.elfclass // 8
    start, size, section = symbol["st_value"], symbol["st_size"], symbol["st_shndx"]
    data = elf.get_section(section).data()
    names: list[str | None] = [None] * (size // width)
    filled = data[start : start + size].strip(b"\0")
    for offset, target, addend in pointers(elf, section, data, width):
        if start <= offset < start + size:
            index, odd = divmod(offset - start, width)
            if odd or not isinstance(target["st_shndx"], int):
                raise NotThere(f"{table} is no array of strings")
            text = elf.get_section(target["st_shndx"]).data()[target["st_value"] + addend :]
            names[index] = text.split(b"\0", 1)[0].decode("utf-8", "replace")
    if filled and not any(names):
        raise NotThere(f"{table} is no array of pointers to strings")
    return tuple(names)


def pointers(elf: Any, section: int, data: bytes, width: int) -> Iterator[tuple[int, Any, int]]:
    """(offset, symbol, addend) of each relocation of a section."""
    order: Literal["little", "big"] = "little" if elf.little_endian else "big"
    for one in elf.iter_sections():
        if one["sh_type"] in ("SHT_RELA", "SHT_REL") and one["sh_info"] == section:
            symbols = elf.get_section(one["sh_link"])
            for relocation in one.iter_relocations():
                offset = relocation["r_offset"]
                if one["sh_type"] == "SHT_RELA":
                    addend = relocation["r_addend"]
                else:
                    addend = int.from_bytes(data[offset : offset + width], order)
                yield offset, symbols.get_symbol(relocation["r_info_sym"]), addend
