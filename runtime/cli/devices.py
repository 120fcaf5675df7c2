"""`mien devices`: what there is to sense with."""

from rich.markup import escape

from mien.runtime.cli.app import app, stdout


@app.command()
def devices() -> None:
    """List cameras and microphones, and how to choose one."""
    from mien.runtime.sense.devices import devices as find

    found = find()
    for title, listed, word in (
        ("cameras", found.cameras, "camera"),
        ("microphones", found.microphones, "microphone"),
    ):
        stdout.print(f"[bold]{title}[/]" + ("" if listed else "  [dim]none[/]"))
        for device in listed:
            stdout.print(f"  mien run {word}:{device.number}   {escape(device.name)}")
    for problem in found.problems:
        stdout.print(f"[yellow]{escape(problem)}[/]")
