# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of names of a folder, as name-table reads them and as the compiler made them.

``nox -s bench -- compiled_names TREE FOLDER OUT`` configures TREE in OUT with all options that it
has and compiles FOLDER (a quarter of an hour, unless OUT has it already). Each string is compared
with what stands at its index in the object, and the value of each enumerator with the one in the
debug information. What is said to differ is a fault of the one or the other reader.
"""

from __future__ import annotations

import argparse
import codecs
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from name_changes import snapshot_of

from verify_series import cache
from verify_series.build.compiled import pointers
from verify_series.c import Unreadable
from verify_series.c.enums import Enumerator, read_enum
from verify_series.c.source import read_source
from verify_series.c.view import Undecided, View
from verify_series.model import Snapshot
from verify_series.names import whole
from verify_series.names.links import Link, links
from verify_series.names.reach import Reach
from verify_series.names.reading import Named, Reading, read_link
from verify_series.names.sites import TABLE, find_sites

#: Of all options those are off that only change how things are compiled, or take long.
_WITHOUT = (
    "GCC_PLUGINS KASAN KCSAN KMSAN KCOV UBSAN WERROR DEBUG_INFO_BTF MODULE_SIG LTO_CLANG"
    " FORTIFY_SOURCE GCOV_KERNEL RUST"
)
#: Keep arrays of which the compiler needs only the entries, and enums that a file does not use.
_FLAGS = "-g -fno-toplevel-reorder -fno-eliminate-unused-debug-types"


@dataclass(frozen=True)
class Made:
    """What an object has: for each array its size and the strings by offset, and the values of
    all enumerators that its files define."""

    arrays: Mapping[str, tuple[int, Mapping[int, str]]]
    values: Mapping[str, int]


def compile_folder(tree: Path, folder: str, out: Path) -> None:
    """Configure and compile; what is up to date is not made again."""
    out.mkdir(parents=True, exist_ok=True)
    make = ["make", "-s", "-C", str(tree), f"O={out}", f"-j{2}"]
    fragment = out / "without.config"
    fragment.write_text("".join(f"# CONFIG_{name} is not set\n" for name in _WITHOUT.split()))
    if not (out / ".config").exists():
        subprocess.run([*make, f"KCONFIG_ALLCONFIG={fragment}", "allmodconfig"], check=True)
    subprocess.run([*make, "-k", f"KCFLAGS={_FLAGS}", f"{folder}/"], check=True)


def settings(out: Path) -> dict[str, bool]:
    """What is set in the configuration."""
    lines = (line.partition("=") for line in (out / ".config").read_text().splitlines())
    return {name: value in ("y", "m") for name, _, value in lines if name.startswith("CONFIG_")}


def read_object(path: Path) -> Made:
    """The arrays of pointers and the enumerators of an object."""
    with path.open("rb") as file:
        elf = ELFFile(file)
        return Made(dict(_arrays(elf)), dict(_values(elf)))


def _values(elf: Any) -> Iterator[tuple[str, int]]:
    for unit in elf.get_dwarf_info().iter_CUs() if elf.has_dwarf_info() else ():
        for entry in unit.get_top_DIE().iter_children():
            if entry.tag == "DW_TAG_enumeration_type":
                for one in entry.iter_children():
                    name = one.attributes["DW_AT_name"].value.decode()
                    yield name, one.attributes["DW_AT_const_value"].value


def _arrays(elf: Any) -> Iterator[tuple[str, tuple[int, Mapping[int, str]]]]:
    strings: dict[int, dict[int, str]] = {}
    for symbol in elf.get_section_by_name(".symtab").iter_symbols():
        section = symbol["st_shndx"]
        if symbol["st_info"]["type"] != "STT_OBJECT" or not isinstance(section, int):
            continue
        if section not in strings:
            strings[section] = dict(_strings(elf, section))
        start, size = symbol["st_value"], symbol["st_size"]
        inside = {at - start: s for at, s in strings[section].items() if 0 <= at - start < size}
        name, _, number = symbol.name.rpartition(".")
        yield (name if number.isdigit() else symbol.name), (size, inside)


def _strings(elf: Any, section: int) -> Iterator[tuple[int, str]]:
    for offset, target, addend in pointers(elf, section, elf.get_section(section).data(), 8):
        if isinstance(target["st_shndx"], int) and target["st_info"]["type"] != "STT_FUNC":
            text = elf.get_section(target["st_shndx"]).data()[target["st_value"] + addend :]
            yield offset, text.split(b"\0", 1)[0].decode("utf-8", "replace")


def tables(snapshot: Snapshot, folder: str) -> Iterator[Link]:
    """Every array of the folder that is linked to an enum or a family of macros."""
    reached = Reach(snapshot)
    for path, data in snapshot.read_many(whole.c_files(snapshot, [folder])).items():
        for site in find_sites(read_source(path, data)):
            yield from links(reached, site) if site.kind == TABLE else ()


def read_configured(
    snapshot: Snapshot, link: Link, given: Mapping[str, bool]
) -> tuple[Reading, list[Enumerator]]:
    """A table and its enum in one configuration; what it does not say is not set."""
    contents = snapshot.read_many(link.helpers)
    sources = [*(read_source(*one) for one in contents.items()), link.enum.source, link.site.source]
    while True:
        view = View(sources, given)
        try:
            return read_link(view, link), read_enum(view, link.enum)
        except Undecided as question:
            given = {**given, question.name: False}


def other_values(link: Link, enumerators: Iterable[Enumerator], made: Made) -> Iterator[str]:
    """The enumerators that have another value in the object; of macros it says nothing."""
    for e in enumerators if link.enum.body else ():
        value = made.values.get(e.name)
        if value != e.value:
            yield f"{e.name} is {e.value} in the source, {value} in the object"


def differences(link: Link, reading: Reading, made: Made) -> Iterator[str]:
    """What the object says otherwise of the names."""
    size, strings = made.arrays[link.site.name]
    often = {text for text, count in Counter(strings.values()).items() if count > 2}
    if not reading.array:  # it was read without values
        texts = {named.text for named in reading.names.values()} - set(strings.values())
        yield from (f'"{text}" is not in the object' for text in texts)
        return
    values = {e.name: e.value for e in reading.enumerators}
    placed = [(values[name], named) for name, named in reading.names.items()]
    placed += [(named.index or 0, named) for named in reading.loose]
    entries = max([index for index, _ in placed] + [(reading.size or 0) - 1], default=0) + 1
    stride = next((s for s in range(8, size + 1, 8) if size // s <= entries), 8)
    for index, named in placed:
        if not _is_there(named, strings, range(index * stride, (index + 1) * stride)):
            yield f'index {index} is "{named.text}" in the source, not in the object'
    if stride == 8 and placed:
        known = {index for index, _ in placed}
        for at, text in strings.items():
            if at // 8 not in known and text not in often:  # nobody's name
                yield f'the object has "{text}" at index {at // 8}'


def _is_there(named: Named, strings: Mapping[int, str], place: range) -> bool:
    text = codecs.decode(named.text, "unicode_escape") if "\\" in named.text else named.text
    return any(strings.get(at) == text for at in place)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("folder")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    compile_folder(options.tree, options.folder, options.out)
    given = settings(options.out)
    objects = [read_object(path) for path in (options.out / options.folder).rglob("*.o")]
    count = agreed = 0
    values: set[str] = set()
    with cache.workspace() as work:
        snapshot = snapshot_of(options.tree, work / "store", print)
        for link in tables(snapshot, options.folder):
            count += 1
            place = f"{link.site.source.path}:{link.site.line} {link.site.name}"
            having = [made for made in objects if link.site.name in made.arrays]
            if not having:
                print(f"{place}: in no object")
                continue
            try:
                reading, enumerators = read_configured(snapshot, link, given)
            except Unreadable as error:
                print(f"{place}: {error}")
                continue
            said = min(
                (
                    [*other_values(link, enumerators, made), *differences(link, reading, made)]
                    for made in having
                ),
                key=len,
            )
            values.update(e.name for e in enumerators if link.enum.body)
            agreed += not said
            for text in said:
                print(f"{place}: {text}")
    print(f"{count} tables, {agreed} are the same in an object; {len(values)} enumerators")


if __name__ == "__main__":
    main()
