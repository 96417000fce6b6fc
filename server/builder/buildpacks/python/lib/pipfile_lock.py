"""Prints the packages of Pipfile.lock as requirements: versions, hashes, markers, extras, indexes."""

import json

with open("Pipfile.lock", encoding="utf-8-sig") as file:
    lock = json.load(file)
for number, source in enumerate(lock.get("_meta", {}).get("sources", [])):
    # The first one is pip's own where it is the public index: the operator's mirror stands for it.
    if source["url"].rstrip("/") != "https://pypi.org/simple":
        print("--index-url" if number == 0 else "--extra-index-url", source["url"])
for name, entry in sorted(lock.get("default", {}).items()):
    extras = f"[{','.join(entry['extras'])}]" if entry.get("extras") else ""
    if "git" in entry:
        pin = f" @ git+{entry['git']}@{entry['ref']}"
    elif "path" in entry or "file" in entry:
        raise SystemExit(f"{name} is a file or folder: expected a version, or a git repository")
    else:
        pin = entry.get("version", "")
    marker = f" ; {entry['markers']}" if entry.get("markers") else ""
    hashes = "".join(f" --hash={each}" for each in entry.get("hashes", []))
    print(f"{name}{extras}{pin}{marker}{hashes}")
