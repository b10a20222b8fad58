"""Reads a Dockerfile into stages of instructions: enough to check what an image promises."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Stage:
    """One ``FROM`` and the instructions after it, in order."""

    base: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        """The arguments of every instruction of this name."""
        return [words for word, words in self.instructions if word == name]

    def last(self, name: str) -> str:
        """The arguments of the instruction that counts."""
        return self.all(name)[-1]

    def command(self, name: str) -> list[str]:
        """The words of an instruction in exec form."""
        return [str(word) for word in json.loads(self.last(name))]


def read_dockerfile(path: Path) -> list[Stage]:
    """The stages of the Dockerfile, the one that becomes the image last."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.MULTILINE)
    stages: list[Stage] = []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        name, _, words = line.partition(" ")
        if name == "FROM":
            stages.append(Stage(words.split()[0]))
        elif name:
            stages[-1].instructions.append((name, words.strip()))
    return stages
