"""What the pictures of a warp have in common: both photos, a third panel, and the words below."""

from collections.abc import Sequence

from PIL import Image

from semimatch_cli.drawing.layout import Captions, Sheet, note_label, title_labels
from semimatch_cli.drawing.scene import Item
from semimatch_cli.matching.results import Warp


def warp_items(
    sheet: Sheet,
    images: Sequence[Image.Image],
    warp: Warp,
    captions: Captions,
    words: Sequence[str],
) -> list[Item]:
    """Lay out the panels with their titles and the note on what is visible.

    Args:
        sheet: Three panels.
        images: Source, target, and what was made of the warp.
        warp: The warp itself, for the share of it that is visible.
        captions: Names of photos and weights.
        words: Title of the third panel, then what the note says at its end.
    """
    panels = zip(sheet.panels, images, strict=True)
    items: list[Item] = [panel.picture(image) for panel, image in panels]
    title, *remarks = words
    names = [captions.source or "source", captions.target or "target"]
    items += title_labels(sheet, [*names, title])
    seen = f"{warp.visible.mean():.0%} of the target visible in the source"
    note = " · ".join(word for word in [captions.weights, seen, *remarks] if word)
    items.append(note_label(sheet, note, sheet.right - sheet.left)[0])
    return items
