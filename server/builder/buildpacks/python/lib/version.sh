# Which Python the app asks for. Sourced by bin/compile.

# Says NAME VERSION of the first file that asks for one.
asked_version() {
  python3 - <<'PYTHON'
import json, pathlib, re, tomllib

def text(name):
    path = pathlib.Path(name)
    return path.read_text("utf-8-sig", "replace") if path.is_file() else ""

def first(name):
    for line in text(name).splitlines():
        word = line.split("#")[0].strip()
        if word:
            return re.sub(r"^(cpython|python)[-@]?", "", word, flags=re.I)

def toml(name):
    try:
        return tomllib.loads(text(name))
    except tomllib.TOMLDecodeError as error:
        return {"wrong": str(error)}

def asked():
    for name in (".python-version", "runtime.txt"):
        if first(name):
            yield name, first(name)
    try:
        yield "Pipfile.lock", json.loads(text("Pipfile.lock") or "{}")["_meta"]["requires"]["python_version"]
    except (ValueError, KeyError, TypeError):
        pass
    project = toml("pyproject.toml")
    yield "uv.lock", toml("uv.lock").get("requires-python")
    yield "pyproject.toml", project.get("project", {}).get("requires-python")
    yield "pyproject.toml", project.get("tool", {}).get("poetry", {}).get("dependencies", {}).get("python")

for name, version in asked():
    if isinstance(version, str) and version.strip():
        print(name, " ".join(version.split())[:80])
        break
PYTHON
}

# $1: what was asked for. True when this Python will do. A version stands for its line: 3.11.4 is served by 3.11.2, as the stack has it.
version_fits() {
  python3 - "$1" <<'PYTHON'
import re, sys
from pip._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet

asked, have = sys.argv[1], "%d.%d.%d" % sys.version_info[:3]
line = ".".join(have.split(".")[:2])
if re.fullmatch(r"\d+(\.\d+){0,2}(\.\*)?", asked):
    parts = asked.removesuffix(".*").split(".")[:2]
    sys.exit(0 if have.split(".")[: len(parts)] == parts else 1)

def poetry(part):
    found = re.fullmatch(r"([\^~])\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?", part)
    if not found:
        return re.fullmatch(r"\d+(\.\d+)*(\.\*)?", part) and f"=={part}" or part
    sign, major, minor = found[1], int(found[2]), int(found[3] or 0)
    least = ".".join(number for number in found.groups()[1:] if number)
    return f">={least},<{major + 1}" if sign == "^" or found[3] is None else f">={least},<{major}.{minor + 1}"

try:
    wanted = [",".join(poetry(part.strip()) for part in one.split(",")) for one in asked.split("||")]
    # The newest of the line counts: a security release below the one that is asked for is no other language.
    fits = any(SpecifierSet(one).contains(have) or SpecifierSet(one).contains(line + ".99") for one in wanted)
except InvalidSpecifier:
    sys.exit(2)
sys.exit(0 if fits else 1)
PYTHON
}

check_version() {
  local asked name version code=0 have
  asked=$(asked_version)
  [ -n "$asked" ] || return 0
  name=${asked%% *} version=${asked#* }
  have=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  version_fits "$version" || code=$?
  case $code in
    0) return 0 ;;
    1) fail "$name asks for Python $version: the versions that can be had here are $have. Write $have into $name, or allow it there" ;;
    *) fail "$name: $version is not a valid version of Python: expected e.g. $have" ;;
  esac
}
