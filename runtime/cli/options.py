"""Options that several commands share, with the help that explains them."""

from pathlib import Path
from typing import Annotated, Final

import typer

from mien.bridge.channels import DEFAULT_PORT
from mien.runtime.cli.recognition import Licence, Provider

LLF: Final = "127.0.0.1:11111"
"""Where Unreal listens for Live Link Face unless told otherwise."""
VMC: Final = "127.0.0.1:39539"
"""Where VMC receivers listen unless told otherwise."""

_NETWORK = "Network"
_RECOGNITION = "Recognition"

Library = Annotated[
    Path | None,
    typer.Option(
        "--library",
        "-l",
        metavar="FOLDER",
        help="Rule library and cast. [dim]Default: the sample's.[/]",
    ),
]
Seed = Annotated[
    int, typer.Option(min=0, max=2**63 - 1, help="Of every random draw: the same seed, the same faces.")
]
Rate = Annotated[int, typer.Option(min=1, max=240, help="Face frames a second.")]
Record = Annotated[
    Path | None,
    typer.Option("--record", "-r", metavar="FILE.mcap", help="Keep the session; see [bold]mien replay[/]."),
]
Force = Annotated[bool, typer.Option("--force", "-f", help="Replace a file that is there already.")]
Embed = Annotated[
    bool,
    typer.Option(
        "--embed", help="Keep pictures and sound in the recording itself, rather than refer to the clip."
    ),
]
Emit = Annotated[
    str,
    typer.Option(
        metavar="LIST",
        help="Where faces go: [bold]zmq[/] (the Mien plugin), [bold]llf[/] (Live Link Face, for stock "
        "Unreal), [bold]vmc[/].",
    ),
]
Llf = Annotated[
    str,
    typer.Option(
        metavar="[NAME=]HOST:PORT,…",
        help="Unreal's Live Link Face port for all characters, or one for each: "
        "[bold]Mira=127.0.0.1:11111,Bram=127.0.0.1:11112[/]; means --emit llf too. "
        f"[dim]Default: {LLF}.[/]",
        rich_help_panel=_NETWORK,
    ),
]
Vmc = Annotated[
    str,
    typer.Option(
        metavar="[NAME=]HOST:PORT,…",
        help="The VMC receiver of the first character, or of each by name, as above. "
        f"[dim]Default: {VMC}.[/]",
        rich_help_panel=_NETWORK,
    ),
]
Port = Annotated[
    int,
    typer.Option(
        min=1,
        max=65_532,
        help=f"First of four ports; {DEFAULT_PORT} unless you choose.",
        rich_help_panel=_NETWORK,
    ),
]
Host = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="Address to listen on or connect to; beyond 127.0.0.1 it needs --keys.",
        rich_help_panel=_NETWORK,
    ),
]
Keys = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="CURVE keys, made by [bold]mien keys[/].", rich_help_panel=_NETWORK),
]
Transcript = Annotated[
    Path | None,
    typer.Option(
        "--transcript",
        metavar="FILE",
        help="What is said in the clip: .srt, .vtt, or .csv with time,speaker,text.",
    ),
]
WeightsLicence = Annotated[
    Licence,
    typer.Option(
        help="[bold]permissive[/] takes only weights whose data allow commercial use.",
        rich_help_panel=_RECOGNITION,
    ),
]
FaceModel = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="A network of [bold]mien models add[/] reads faces; what it does not give, ours does.",
        rich_help_panel=_RECOGNITION,
    ),
]
Detector = Annotated[
    str,
    typer.Option(
        metavar="FILE|NAME", help="A YuNet finds faces, in place of ours.", rich_help_panel=_RECOGNITION
    ),
]
On = Annotated[
    Provider,
    typer.Option(
        "--provider",
        help="Where an added network runs; ours need no GPU.",
        rich_help_panel=_RECOGNITION,
    ),
]
Models = Annotated[
    Path | None,
    typer.Option(
        "--models",
        metavar="FOLDER",
        envvar="MIEN_MODELS",
        help="Where added networks lie. [dim]Default: your own folder.[/]",
        rich_help_panel=_RECOGNITION,
    ),
]
Player = Annotated[
    str,
    typer.Option(
        "--player",
        metavar="NAME",
        help="Whose calibration to use, by [bold]mien calibrate[/]; a name, or a file.json.",
        rich_help_panel=_RECOGNITION,
    ),
]
Supervised = Annotated[bool, typer.Option("--supervised", hidden=True)]
