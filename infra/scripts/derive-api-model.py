"""Writes src/drill/api/generated/aws-api-model.json: what AWS's API models say of the requests that the drill checks.

Python because the models come with botocore, in the version that infra/src/drill/releases/requirements.txt brings. After
a `call:` in the sources named another operation: .local/release-drill/bin/python infra/scripts/derive-api-model.py (the
release drill makes that folder). With --check it writes nothing and fails if the file is not what it would write; CI
runs that.
"""

import json
import pathlib
import re
import sys

import botocore
import botocore.session

SOURCES = pathlib.Path(__file__).parent.parent / "src"


def operations():
    """Operations by service: every `call: "service:Operation"` of the sources."""
    calls = {}
    for source in SOURCES.rglob("*.ts"):
        for service, operation in re.findall(r'\bcall: "([a-z0-9]+):(\w+)"', source.read_text()):
            calls.setdefault(service, set()).add(operation)
    return {service: sorted(calls[service]) for service in sorted(calls)}


def describe(shape, shapes):
    """Adds a shape and all that it contains, by name."""
    if shape.name in shapes:
        return
    kept = {key: shape.metadata[key] for key in ("min", "max", "pattern") if key in shape.metadata}
    described = shapes[shape.name] = {"type": shape.type_name, **kept}
    if shape.type_name == "structure":
        described["members"] = {name: member.name for name, member in shape.members.items()}
        if shape.required_members:
            described["required"] = shape.required_members
        for member in shape.members.values():
            describe(member, shapes)
    elif shape.type_name == "list":
        described["member"] = shape.member.name
        describe(shape.member, shapes)
    elif shape.type_name == "map":
        described["key"], described["value"] = shape.key.name, shape.value.name
        describe(shape.key, shapes)
        describe(shape.value, shapes)
    elif shape.type_name == "string" and shape.enum:
        described["enum"] = shape.enum


session = botocore.session.get_session()
services = {}
for service, names in operations().items():
    model = session.get_service_model(service)
    shapes = {}
    inputs = {}
    for operation in names:
        shape = model.operation_model(operation).input_shape
        describe(shape, shapes)
        inputs[operation] = shape.name
    services[service] = {"operations": inputs, "shapes": dict(sorted(shapes.items()))}

source = f"botocore {botocore.__version__}, by infra/scripts/derive-api-model.py"
target = SOURCES / "drill/api/generated/aws-api-model.json"
lines = ['{', f'  "source": {json.dumps(source)},', '  "services": {']
names = list(services)
for name in names:
    lines.append(f'    {json.dumps(name)}: {json.dumps(services[name])}' + ("," if name != names[-1] else ""))
lines += ["  }", "}"]
text = "\n".join(lines) + "\n"
if "--check" not in sys.argv:
    target.write_text(text)
elif target.read_text() != text:
    sys.exit(f"{target.name} is not what botocore {botocore.__version__} gives: run infra/scripts/derive-api-model.py")
