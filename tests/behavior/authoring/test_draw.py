from io import StringIO
from xml.etree import ElementTree

from rich.console import Console

from mien.behavior.authoring.draw import svg, terminal
from mien.behavior.authoring.load import read
from mien.behavior.library import Library

TREE = b"""
name: Drawn & <quoted>
autonomous:
  smile: {trigger: joy > .5, aim: {joy: .01}}
  sulk: {trigger: sadness above .5 until below .3}
tree:
  parallel:
    - selector: [smile, sulk]
      memory: true
      name: faces
    - repeat: smile
      count: 3
    - filter: smile
      when: mood.joy < .4
    - modifier: sulk
      tempo: 2
      chance: .5
      every: 3 s
      target: player
      invert: true
  success: never
"""


def library() -> Library:
    return read({"library.yaml": TREE}, name="drawn")


def test_the_terminal_shows_every_node_with_what_it_does() -> None:
    console = Console(file=StringIO(), width=100)
    console.print(terminal(library()))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    for line in (
        "parallel  success never, failure 1", "selector faces  with memory", "smile  joy > 0.5",
        "sulk  sadness above 0.5 until below 0.3", "repeat  3 times", "filter  when mood.joy < 0.4",
        "modifier  tempo 2", "modifier  chance 0.5 every 3 s", "modifier  target player", "modifier  invert",
    ):  # fmt: skip
        assert line in shown


def test_the_picture_is_well_formed_and_shows_the_same() -> None:
    picture = ElementTree.fromstring(svg(library()))  # noqa: S314 - our own picture
    texts = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("smile") == 3
    assert "selector faces" in texts
    title = picture.find("{http://www.w3.org/2000/svg}title")
    assert title is not None and title.text == "Drawn & <quoted>"


def test_a_library_without_rules_is_drawn_too() -> None:
    empty = read({"library.yaml": b"{}"})
    ElementTree.fromstring(svg(empty))  # noqa: S314 - our own picture
    assert terminal(empty).children
