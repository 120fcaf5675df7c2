from pathlib import Path
from xml.etree import ElementTree

import pytest

from mien.behavior.authoring import load
from mien.behavior.authoring.play import play
from mien.behavior.authoring.scenario import find, read
from mien.behavior.authoring.timeline import svg

FOLDER = Path(__file__).parents[3] / "behavior/authoring/template"


@pytest.mark.parametrize(("wanted", "shown"), [((), ["Ada", "Cole"]), (("Cole",), ["Cole"])])
def test_shows_what_was_felt_and_done(wanted: tuple[str, ...], shown: list[str]) -> None:
    library = load(FOLDER)
    (file,) = find(FOLDER)
    run = play(library, read(file, library)[0])
    picture = ElementTree.fromstring(svg(run, library, wanted))  # noqa: S314 - our own picture
    texts = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert [text for text in texts if text in ("Ada", "Cole")] == shown
    assert ("grin" in texts) == ("Ada" in shown)
    assert "joy 0.9" in texts
