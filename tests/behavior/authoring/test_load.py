from pathlib import Path

import pytest

from mien.behavior.authoring.load import load, read
from mien.behavior.authoring.problems import LibraryError
from mien.behavior.definition import (
    Change,
    Filter,
    Leaf,
    Modification,
    Modifier,
    Parallel,
    Selector,
    Space,
    TraitScaling,
    walk,
)
from mien.behavior.library import DEFAULT_EMOTIONS, DEFAULT_REACTIONS, Library, Personality

EXAMPLES = Path(__file__).parents[3] / "examples"

RULES = """
autonomous:
  smile: {trigger: joy > .5, aim: {joy: .1}}
  sulk: {trigger: sadness > .5, aim: {joy: -.1}}
"""


def library(text: str, **more: str) -> Library:
    files = {"library.yaml": text, **{f"{name}.yaml": other for name, other in more.items()}}
    return read({name: content.encode() for name, content in files.items()})


def problems(text: str, **more: str) -> list[str]:
    with pytest.raises(LibraryError) as caught:
        library(text, **more)
    return [str(problem) for problem in caught.value.problems]


def test_an_empty_mapping_is_a_library_with_every_default() -> None:
    found = library("{}")
    assert found.emotions == DEFAULT_EMOTIONS
    assert found.appraisal.reactions == DEFAULT_REACTIONS
    assert found.root is None
    assert len(found.sha256) == 64


def test_a_rule_has_what_its_author_wrote_and_defaults_for_the_rest() -> None:
    rule = library("""
autonomous:
  soothe:
    trigger: nearest.sadness above .5 until below .3
    bearer: nearest
    aim: {sadness: -.3, mood.joy: .1, self.joy: .05}
    scaling: {agreeableness: .5}
    max_duration: 1 min
    cool_down: 500 ms
    shows: {expression: smile, gaze: nearest}
""").autonomous[0]
    assert rule.aim == (
        Change("sadness", -0.3),
        Change("joy", 0.1, Space.MOOD),
        Change("joy", 0.05, whose="self"),
    )
    assert (rule.bearer, rule.inflicter, rule.orientation) == ("nearest", "self", 1)
    assert rule.scaling == (TraitScaling("agreeableness", 0.5),)
    assert (rule.max_duration, rule.cool_down, rule.min_duration) == (60.0, 0.5, 0.0)
    assert (rule.mark.line, rule.mark.column) == (3, 3)


def test_files_include_files_and_all_are_hashed() -> None:
    text = "include: [rules/all.yaml]\ntree: smile"
    found = library(text, **{"rules/all": f"include: [more.yaml]\n{RULES}", "rules/more": "name: Ours"})
    assert found.name == "Ours"
    assert found.root == Leaf("smile")
    other = library(text, **{"rules/all": f"include: [more.yaml]\n{RULES}", "rules/more": "name: Mine"})
    assert other.sha256 != found.sha256


def test_a_new_emotion_joins_the_seven_and_a_known_one_is_changed() -> None:
    found = library("""
emotions:
  pride: {pleasure: .4, arousal: .3, dominance: .3, half_life: 9 s, expression: smirk}
  joy: {half_life: 3 s}
""")
    names = [emotion.name for emotion in found.emotions]
    assert names == [*(emotion.name for emotion in DEFAULT_EMOTIONS), "pride"]
    assert found.emotions[1].half_life == 3.0
    assert found.emotions[1].pad == DEFAULT_EMOTIONS[1].pad
    assert found.emotions[-1].pad == (0.4, 0.3, 0.3)


def test_sub_trees_take_parameters_of_any_kind() -> None:
    tree = library(f"""{RULES}
trees:
  gate:
    parameters: {{who: player, level: , then: sulk}}
    tree:
      filter: $then
      when: $who.joy > $level
tree:
  selector:
    - subtree: gate
      with: {{level: .3}}
    - subtree: gate
      with:
        who: nearest
        level: .5
        then:
          modifier: smile
          tempo: 2
""").root
    assert isinstance(tree, Selector)
    first, second = tree.children
    assert isinstance(first, Filter) and isinstance(second, Filter)
    assert first.child == Leaf("sulk")
    assert second.child == Modifier(Leaf("smile"), Modification.TEMPO, 2.0)
    assert str(second.when.left.subject) == "nearest"  # type: ignore[union-attr]


def test_a_modifier_with_several_changes_wraps_the_first_outermost() -> None:
    tree = library(
        f"{RULES}\ntree: {{modifier: smile, chance: .5, every: 3 s, invert: true, target: player}}"
    ).root
    assert tree is not None
    kinds = [node.kind for _, node in walk(tree) if isinstance(node, Modifier)]
    assert kinds == [Modification.CHANCE, Modification.INVERT, Modification.TARGET]


def test_parallel_thresholds_may_be_words() -> None:
    tree = library(f"{RULES}\ntree: {{parallel: [smile, sulk], success: never, failure: all}}").root
    assert isinstance(tree, Parallel)
    assert (tree.success, tree.failure) == (None, 0)


def test_a_crowd_is_many_characters_with_personalities_around_the_one_given() -> None:
    text = """
characters:
  Ann: {relations: {guest: .1, player: -1}}
  guest: {count: 12, spread: .2, personality: {neuroticism: .9}}
"""
    people = library(text).characters
    assert [person.id for person in people] == list(range(16, 29))
    assert people[1].name == "guest_01"
    assert len({person.personality for person in people[1:]}) == 12
    assert all(0.7 <= person.personality.neuroticism <= 1.0 for person in people[1:])
    assert people[0].relations["guest_12"] == 0.1
    assert people[0].personality == Personality()
    assert library(text).characters == people


def test_expressions_are_action_units_in_any_notation_or_blend_shapes() -> None:
    found = library("""
expressions:
  half_smile: {units: 6B+R12, shapes: {jawOpen: .1}}
  other: {units: {12: .5, L14: .3}}
""").expressions
    assert found[0].units == {"6": 0.35, "R12": 0.8}
    assert found[0].shapes == {"jawOpen": 0.1}
    assert found[1].units == {"12": 0.5, "L14": 0.3}


def test_all_problems_come_at_once_each_with_its_place() -> None:
    found = problems("""
autonomous:
  smile: {triger: joy > .5, aim: {joj: .1}}
  laugh:
    trigger: joy > .5 and
      feer > .3
    aim: {joy: 2}
tree: smil
speed: 3
""")
    assert [line.split(": ")[0] for line in found] == [
        "library.yaml:3:11",
        "library.yaml:3:35",
        "library.yaml:6:7",
        "library.yaml:7:16",
        "library.yaml:8:7",
        "library.yaml:9:1",
    ]
    assert found[4].endswith("no autonomous rule is called `smil`; did you mean `smile`?")


def test_includes_cannot_loop_or_leave_the_folder() -> None:
    assert (
        "loop: library.yaml → a.yaml → library.yaml"
        in problems("include: [a.yaml]", a="include: [library.yaml]")[0]
    )
    for path in ("../a.yaml", "/etc/passwd", "x/../../a.yaml", "C:/a.yaml"):
        assert "outside of the library's folder" in problems(f"include: ['{path}']")[0]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("name: secret")
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "library.yaml").write_text("include: [link.yaml]")
    with pytest.raises(LibraryError, match="leads outside"):
        load(folder)


def test_the_message_names_the_file_as_its_user_does(tmp_path: Path) -> None:
    with pytest.raises(LibraryError) as caught:
        load(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/library.yaml:1:1: there is no file")


@pytest.mark.parametrize("folder", sorted(EXAMPLES.glob("*/library")), ids=lambda folder: folder.parent.name)
def test_the_example_loads(folder: Path) -> None:
    found = load(folder)
    assert found.characters
    assert found.root is not None
