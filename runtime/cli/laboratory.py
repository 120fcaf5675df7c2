"""`mien train`, `evaluate`, `compare`, `export`, `dataset`: the laboratory's commands."""

import importlib.util
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from mien.models import score_table
from mien.models.laboratory.rows import ROWS
from mien.runtime.cli import options, recognition
from mien.runtime.cli.app import UserError, app, stderr, stdout
from mien.runtime.cli.recognition import Chosen, Licence, Provider, Wanted

_PANEL = "Laboratory"
_NEEDED = ("torch", "sklearn", "soundfile", "onnx", "matplotlib")

Data = Annotated[
    list[Path] | None,
    typer.Option("--data", "-d", metavar="FOLDER", help="Holds sets: faces_*, speech_*, text_*, pairs_*."),
]
Runs = Annotated[Path, typer.Option(metavar="FOLDER", help="Where run folders lie.")]
On = Annotated[str, typer.Option("--on", metavar="SET", help="Only this set, such as faces_ck48.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@contextmanager
def _laboratory() -> Iterator[None]:
    """Turn what can go wrong in the laboratory into one line for its user."""
    for module in _NEEDED:
        if importlib.util.find_spec(module) is None:
            raise UserError(f"training needs {module}, which is not installed: pip install 'mien[train,cpu]'")
    from mien.models.laboratory.encoder import EncoderError
    from mien.models.laboratory.export import ExportError
    from mien.models.laboratory.results import RunError
    from mien.models.manifest import ManifestError

    try:
        yield
    except (ManifestError, RunError, ExportError, EncoderError) as problem:
        raise UserError(str(problem)) from None


@app.command(rich_help_panel=_PANEL)
def train(
    name: Annotated[str, typer.Argument(help="A row of the table, such as vgg_expression; [bold]list[/].")],
    data: Data = None,
    runs: Runs = Path("runs"),
    on: On = "",
    fresh: Annotated[bool, typer.Option(help="Start over, rather than resume.")] = False,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    threads: Annotated[int, typer.Option(min=1)] = 1,
    encoder: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.onnx",
            help="text_bilstm_mha: read the vectors of this pretrained encoder (RoBERTa or alike) instead.",
        ),
    ] = None,
    tokenizer: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Its tokenizer.json. [dim]Default: beside it.[/]")
    ] = None,
) -> None:
    """Train a network or baseline of the papers on every set it can learn, and score it on strangers."""
    if name == "list":
        for row, (paper, kinds) in ROWS.items():
            stdout.print(f"{row:28} {paper:9} learns {', '.join(kinds)}", soft_wrap=True)
        return
    if name not in ROWS:
        raise UserError(f"{name}: no such row; there are {', '.join(ROWS)}")
    if not data:
        raise UserError(f"{name} needs a folder of sets to learn: --data FOLDER")
    with _laboratory():
        from mien.models.laboratory import run, sets
        from mien.models.laboratory.encoder import Encoder
        from mien.models.laboratory.methods import METHODS, with_encoder

        method = METHODS[name]
        if encoder is not None:
            method = with_encoder(method, Encoder.open(encoder, tokenizer))
        found = [d for kind in method.kinds for d in sets.find(data, kind) if on in {"", d.name}]
        if not found:
            wanted = on or " or ".join(f"{kind}_*" for kind in method.kinds)
            raise UserError(f"{', '.join(map(str, data))}: holds no set {wanted} that {name} can learn")
        for each in found:
            _print_row(run.train(method, each, runs, not fresh, seed, threads))


def _print_row(row: Any) -> None:
    from mien.models.laboratory.report import interval

    told = ", ".join(
        f"{title} {interval(row, name)}"
        for title, name in (("accuracy", "accuracy"), ("UAR", "uar"), ("weighted F1", "weighted_f1"))
    )
    stdout.print(f"{row.name}: {told} on {row.scores['n']} items, {row.protocol}")


@app.command(rich_help_panel=_PANEL)
def evaluate(
    name: Annotated[
        str,
        typer.Argument(help="[bold]mien[/], [bold]text[/] (what ships), an added network or a trained row."),
    ],
    manifest: Annotated[Path, typer.Option(help="path,label,… — for text: dialogue,speaker,text,label.")],
    crops: Annotated[bool, typer.Option(help="The pictures are face crops already.")] = False,
    split: Annotated[str, typer.Option(help="Only rows of this split.")] = "",
    runs: Runs = Path("runs"),
    on: On = "",
    weights_licence: options.WeightsLicence = Licence.ANY,
    detector: options.Detector = "",
    provider: options.On = Provider.CPU,
    models: options.Models = None,
    as_json: Json = False,
) -> None:
    """Score a recognizer on a labeled table; what ships goes through its streaming path."""
    wanted = Wanted.typed(weights_licence, "", detector, provider, models)
    scores = _recognizer(name, wanted, manifest, crops, split)
    if scores is None:
        folder = _run_folder(name, runs, on, recognition.added_names(wanted))
        with _laboratory():
            from mien.models.laboratory import run

            scores = run.evaluate(folder, manifest, split)
    if scores.get("warning"):
        stderr.print(scores["warning"], style="yellow", markup=False, soft_wrap=True)
    if as_json:
        typer.echo(json.dumps(scores))
        return
    stdout.print(score_table.table(scores))
    for line in score_table.lines(scores):
        stdout.print(line, markup=False, soft_wrap=True)


_FACES = frozenset({"align", "face", "fusion"})
"""Those of ours whose learning does not make a score of an added face model one on people known to it."""


def _recognizer(name: str, wanted: Wanted, manifest: Path, crops: bool, split: str) -> dict[str, Any] | None:
    """Return the scores of what ships or was added; None where the name is neither."""
    from mien.models.manifest import ManifestError
    from mien.runtime.cli.wiring import users_mistakes

    if name not in {"mien", "text"}:
        if name not in recognition.added_names(wanted):
            return None
        wanted = replace(wanted, face_model=name)
    with users_mistakes():
        chosen = recognition.choose(wanted)
        try:
            if name == "text":
                if split:
                    raise UserError("--split is for pictures and sounds: a table of lines is one split")
                return _text(chosen, manifest)
            if not recognition.gives_emotions(chosen):
                raise UserError(f"{name} gives blend weights and no emotions: there is nothing to score")
            stderr.print(chosen.line(), markup=False, soft_wrap=True)
            return _streamed(wanted, chosen, manifest, crops, split)
        except ManifestError as problem:
            raise UserError(str(problem)) from None


def _text(chosen: Chosen, manifest: Path) -> dict[str, Any]:
    from mien.models import evaluate_text, strangers
    from mien.models.text import TextRecognizer

    if chosen.weights.text is None:
        raise UserError("no text weights allow commercial use: there is nothing to score")
    scores = evaluate_text.evaluate(manifest, TextRecognizer(chosen.weights.text))
    cards = [card for card in chosen.cards if card.name == chosen.weights.text.stem]
    scores["warning"] = strangers.warning(manifest, {""}, cards)
    return dict(scores)


def _streamed(wanted: Wanted, chosen: Chosen, manifest: Path, crops: bool, split: str) -> dict[str, Any]:
    from mien.models import evaluate, strangers
    from mien.models.detect import WholePicture

    recognizer, notices = recognition.recognizer(wanted, chosen, WholePicture() if crops else None)
    for notice in notices:
        stderr.print(notice, style="yellow", markup=False, soft_wrap=True)
    scores = evaluate.evaluate(manifest, recognizer, split)
    cards = [card for card in chosen.cards if not (chosen.face and card.name.partition("_")[0] in _FACES)]
    splits = {row.split for row in evaluate.chosen(manifest, split)}
    scores["warning"] = strangers.warning(manifest, splits, cards)
    return dict(scores)


def _run_folder(name: str, runs: Path, on: str, added: Sequence[str] | None = None) -> Path:
    """Return the folder of the one run of a row; where networks may be added too, their names are told."""
    trained = sorted(folder for folder in runs.glob("*@*") if folder.is_dir())
    found = [each for each in trained if each.name == f"{name}@{on or each.name.partition('@')[2]}"]
    if len(found) == 1:
        return found[0]
    if not found and name.partition("+")[0] not in ROWS:
        if added is None:
            raise UserError(f"{name}: no such row; there are {', '.join(ROWS)}")
        there = dict.fromkeys(["mien", "text", *added, *(each.name.partition("@")[0] for each in trained)])
        raise UserError(
            f"{name}: no such recognizer; there are {', '.join(there)}; "
            "`mien models add` and `mien train` make more"
        )
    told = ", ".join(each.name for each in found)
    hint = f"{told}; say --on SET" if found else f"none; `mien train {name}` makes one"
    raise UserError(f"{runs}: should hold one run {name}@{on or 'SET'}, holds {hint}")


@app.command(rich_help_panel=_PANEL)
def compare(
    runs: Runs = Path("runs"),
    out: Annotated[Path, typer.Option(metavar="FILE.md", help="Table to write; the plot beside it.")] = Path(
        "comparison.md"
    ),
) -> None:
    """Write the table of all trained rows, its plot and the learning curves."""
    from mien.models.cards import installed
    from mien.models.laboratory import report
    from mien.models.laboratory.results import RunError

    try:
        rows = report.collect(runs)
    except RunError as problem:
        raise UserError(str(problem)) from None
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(f"{report.markdown(rows)}\n{report.shipped(installed()[0])}", encoding="utf-8")
    if importlib.util.find_spec("matplotlib") is None:
        stdout.print(
            f"{len(rows)} rows: {out}; the plots need matplotlib: pip install 'mien[train,cpu]'", markup=False
        )
        return
    plot, curves = out.with_suffix(".png"), out.with_name(f"{out.stem}-curves.png")
    report.plot(rows, plot)
    report.plot_curves(rows, runs, curves)
    stdout.print(f"{len(rows)} rows: {out}, {plot}, {curves}")


@app.command(rich_help_panel=_PANEL)
def export(
    name: Annotated[str, typer.Argument(help="A trained row.")],
    out: Annotated[Path, typer.Argument(metavar="FILE.onnx")],
    runs: Runs = Path("runs"),
    on: On = "",
) -> None:
    """Write a trained network as ONNX, checked against torch."""
    folder = _run_folder(name, runs, on)
    with _laboratory():
        from mien.models.laboratory import run
        from mien.models.laboratory.export import TOLERANCE

        gap = run.export(folder, out)
        stdout.print(
            f"{out}: {out.stat().st_size:,} bytes, at most {gap:.1e} from torch (allowed {TOLERANCE:.0e})"
        )


@app.command(rich_help_panel=_PANEL)
def dataset(
    layout: Annotated[str, typer.Argument(help="fer2013, ck, ravdess, emodb, meld, mosi, mosei, affectnet.")],
    source: Annotated[Path, typer.Argument(help="The set as it is distributed.")],
    out: Annotated[Path, typer.Argument(help="Folder to write; begin its name with faces_, speech_, …")],
) -> None:
    """Make a labeled folder (manifest.csv) of a public data set."""
    with _laboratory():
        from mien.models.laboratory.layouts import convert

        stdout.print(str(convert(layout, source, out)))
