"""Says what pip reads of a list of requirements: first `fixed` where names and versions are all of it, or `open` where
only pip knows what comes of it (folders, archives, repositories), then the texts that were read."""

import hashlib
import pathlib
import re
import sys

requirement = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[\w\s,.-]*\])?\s*(\(?\s*[<>=!~][^;@/]*)?(;.*)?")
archive = re.compile(r"\.(whl|zip|tgz|tbz|txz|tar(\.\w+)?)(\s|;|$)")
nested = re.compile(r"(?:-r|--requirement|-c|--constraint)[ =]*(\S+)")
links = re.compile(r"(?:-f|--find-links)[ =]*(\S+)")
# They say where packages come from, or which of their files; what they lead to is in `texts`.
settings = re.compile(
    r"(-i|-f|--(index-url|extra-index-url|no-index|find-links|no-binary|only-binary|prefer-binary|require-hashes|pre|trusted-host))([ =]|$)"
)
texts: list[str] = []
seen: set[pathlib.Path] = set()


def is_fixed(line: str) -> bool:
    line = re.sub(r"\s--hash=\S+", "", f" {line}").strip()
    return bool(not line or settings.match(line) or requirement.fullmatch(line) and not archive.search(line))


def add_links(path: pathlib.Path, line: str) -> None:
    """The files of a folder that packages come from."""
    found = links.fullmatch(line)
    folder = path.parent / found[1] if found else None
    for file in sorted(folder.iterdir()) if folder and folder.is_dir() else []:
        if file.is_file():
            texts.append(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}")


def read(path: pathlib.Path) -> bool:
    """Whether all in it, and in what it names, is fixed."""
    if path in seen:
        return True
    seen.add(path)
    try:
        text = path.read_text("utf-8-sig", "replace")
    except OSError:
        return False
    texts.append(text)
    fixed = True
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        line = re.sub(r"(^|\s+)#.*$", "", line).strip()
        more = nested.fullmatch(line)
        fixed = (read(path.parent / more[1]) if more else is_fixed(line)) and fixed
        add_links(path, line)
    return fixed


whole = read(pathlib.Path(sys.argv[1]))
print("fixed" if whole else "open", *texts, sep="\n")
