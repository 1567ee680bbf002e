"""Everything that a key or a menu can do: one row each.

Menus, the help page and the shortcuts are made from this table; a verb is the name of
a method of the window's ``verbs`` objects.
"""

from __future__ import annotations

from typing import NamedTuple


class ActionRow(NamedTuple):
    """One action: where it stands in the menus, its keys, and the verb it calls."""

    menu: str
    text: str
    keys: tuple[str, ...]
    verb: str
    tip: str


ACTIONS: tuple[ActionRow, ...] = (
    ActionRow("File", "Open scenario…", ("Ctrl+O",), "open_file", "Open a scenario file (JSON)"),
    ActionRow("File", "Export picture…", ("Ctrl+E",), "export", "Save a picture to a file"),
    ActionRow("File", "Quit", ("Ctrl+Q",), "close", "Close the window"),
    ActionRow("Edit", "Undo", ("Ctrl+Z",), "undo", "Take the last change or switch back"),
    ActionRow("Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "Make it again"),
    ActionRow("Edit", "New random weights", ("Ctrl+R",), "new_weights", "A new run and seed"),
    ActionRow("Edit", "Copy picture", ("Ctrl+C",), "copy_picture", "As an image and as SVG"),
    ActionRow("Edit", "Copy table", ("Ctrl+Shift+C",), "copy_table", "The picture's numbers"),
    ActionRow("Go", "Step", ("Right", "PgDown"), "step", "One step forward"),
    ActionRow("Go", "Back", ("Left", "PgUp"), "back", "One step back"),
    ActionRow("Go", "Play or pause", ("Space",), "play_or_pause", "Step by itself"),
    ActionRow("Go", "Next batch", ("Shift+Right",), "next_batch", "To the end of this batch"),
    ActionRow("Go", "Previous batch", ("Shift+Left",), "previous_batch", "To the batch before"),
    ActionRow("Go", "Restart", ("Home",), "restart", "To before the first sample"),
    ActionRow("Go", "To the end", ("End",), "to_end", "To the end of the run"),
    ActionRow("Go", "Faster", ("Ctrl+Up",), "faster", "Play faster"),
    ActionRow("Go", "Slower", ("Ctrl+Down",), "slower", "Play slower"),
    ActionRow(
        "Step size", "Operation", ("1",), "unit_operation", "Step by the smallest thing there is"
    ),
    ActionRow("Step size", "Sample", ("2",), "unit_sample", "Step until a sample must wait"),
    ActionRow("Step size", "Phase", ("3",), "unit_phase", "Step by parts of a batch"),
    ActionRow("Step size", "Batch", ("4",), "unit_batch", "Step by batches"),
    ActionRow("Step size", "Epoch", ("5",), "unit_epoch", "Step by passes over the data"),
    ActionRow("View", "Without BN", ("W",), "lanes_without", "Only the lane without"),
    ActionRow("View", "With BN", ("B",), "lanes_with", "Only the lane with"),
    ActionRow("View", "Compare", ("C",), "lanes_compare", "Both lanes"),
    ActionRow("View", "Training or inference", ("I",), "toggle_inference", "Running statistics"),
    ActionRow("View", "Numbers", ("N",), "show_table", "Every number of the moment in a table"),
    ActionRow("View", "Code", ("K",), "show_code", "The moment as a program"),
    ActionRow("View", "Less motion", ("M",), "toggle_still", "Nothing glides, or glides again"),
    ActionRow("View", "Light or dark", ("D",), "toggle_theme", "Change the theme"),
    ActionRow("View", "Next neuron", ("Down",), "select_next", "Select the next neuron"),
    ActionRow("View", "Previous neuron", ("Up",), "select_previous", "Select the one before"),
    ActionRow("View", "Zoom in", ("+", "="), "zoom_in", "Larger networks"),
    ActionRow("View", "Zoom out", ("-",), "zoom_out", "Smaller networks"),
    ActionRow("View", "Whole network", ("0",), "zoom_reset", "Fit the network"),
    ActionRow("View", "Full screen", ("F11",), "toggle_full_screen", "The whole screen"),
    ActionRow("Help", "Keys and mouse", ("?", "F1"), "show_help", "Every key in one list"),
    ActionRow("Help", "About bnsim", ("Shift+F1",), "show_about", "Version and licences"),
)
