"""The user's folder of networks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mien.models.adapters import registry
from mien.models.adapters.registry import RegistryError
from mien.models.shipped import WeightsError

MakeNetwork = Callable[..., Path]


@pytest.fixture
def network(make_network: MakeNetwork) -> Path:
    return make_network((1, 1, 64, 64), [0.0] * 8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "user" / "models"


def refused(folder: Path, network: Path, kind: str = "ferplus", **options: object) -> str:
    with pytest.raises(RegistryError) as error:
        registry.add(folder, network, kind, **options)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
    return str(error.value)


def test_what_was_added_is_found_and_runs_though_the_original_is_gone(network: Path, folder: Path) -> None:
    added, spent = registry.add(folder, network, "ferplus")
    network.unlink()
    assert spent > 0
    assert added.card.name == "net"
    assert registry.find(folder, "net") == added
    assert registry.added(folder) == ([added], [])
    assert added.open().face is not None


def test_a_card_says_what_is_known_and_no_more(network: Path, folder: Path) -> None:
    card = registry.add(folder, network, "ferplus")[0].card
    assert (card.licence, card.commercial, card.score) == ("unknown", False, "not measured")
    assert card.classes == ("neutral", "joy", "sadness", "anger", "fear", "disgust", "surprise")
    assert card.size == network.stat().st_size
    assert "nothing is known" in card.data


def test_a_licence_is_kept_as_it_was_written(network: Path, folder: Path) -> None:
    licence = 'MIT: "as is" # really\n---'
    card = registry.add(folder, network, "ferplus", licence=licence, commercial=True)[0].card
    assert (card.licence, card.commercial) == (licence, True)


def test_commercial_use_needs_a_licence(network: Path, folder: Path) -> None:
    assert "name it with --licence" in refused(folder, network, commercial=True)


def test_a_file_that_is_not_what_it_claims_leaves_nothing_behind(network: Path, folder: Path) -> None:
    with pytest.raises(WeightsError, match="is not an HSEmotion network"):
        registry.add(folder, network, "hsemotion")
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../net", "a/b", ".hidden", "a b", "x" * 65, "-"])
def test_a_name_is_no_path(network: Path, folder: Path, name: str) -> None:
    assert "cannot be a name" in refused(folder, network, name=name)
    with pytest.raises(RegistryError, match="no such network"):
        registry.remove(folder, name)


@pytest.mark.parametrize("name", ["mien", "text", "face", "voice"])
def test_names_of_ours_are_taken(network: Path, folder: Path, name: str) -> None:
    assert "Mien's own" in refused(folder, network, name=name)


def test_a_name_is_given_once_and_an_unknown_kind_is_answered_with_the_known(
    network: Path, folder: Path
) -> None:
    registry.add(folder, network, "ferplus")
    assert "is there already" in refused(folder, network)
    assert "there are hsemotion, ferplus" in refused(folder, network, "resnet")


def test_what_was_removed_is_gone(network: Path, folder: Path) -> None:
    registry.add(folder, network, "ferplus")
    registry.remove(folder, "net")
    assert list(folder.iterdir()) == []
    with pytest.raises(RegistryError, match=r"no such network was added \(there are: none\)"):
        registry.find(folder, "net")


def test_a_copy_that_was_tampered_with_is_refused_when_it_is_opened(network: Path, folder: Path) -> None:
    added, _ = registry.add(folder, network, "ferplus")
    added.file.write_bytes(added.file.read_bytes()[:100])
    with pytest.raises(WeightsError):
        added.open()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda folder: (folder / "net.onnx").unlink(), "is gone"),
        (lambda folder: (folder / "net.md").write_text("# nothing"), "has no front matter"),
        (
            lambda folder: (folder / "net.md").write_text(
                (folder / "net.md").read_text().replace("ferplus", "resnet")
            ),
            "should be one of",
        ),
    ],
)
def test_a_folder_in_disorder_is_told_line_by_line(
    network: Path, folder: Path, change: Callable[[Path], object], told: str
) -> None:
    registry.add(folder, network, "ferplus")
    change(folder)
    found, problems = registry.added(folder)
    assert found == []
    assert len(problems) == 1
    assert told in problems[0]
    registry.remove(folder, "net")
    assert list(folder.iterdir()) == []
