"""Bars as SVG, drawn by pygal: no script and no colour in them. Colours are the page's, for light and dark."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pygal  # type: ignore[import-untyped]
from markupsafe import Markup, escape
from pygal.style import Style  # type: ignore[import-untyped]

from pipelines.report.page import Chart, Series, Table
from pipelines.report.wording import Number, count

WIDTH, HEIGHT, BAR = 400, 190, 30  # a phone shows 400 units at about 330 pixels
FONT = 13  # room for labels as a phone shows them; wider screens show them smaller, see page.css
SPOKEN = 6  # bars told one by one to those who listen; of more, the sums
MEASURES = {"d", "x", "y", "width", "height", "transform"}
SPACE = "{http://www.w3.org/2000/svg}"
Write = Callable[[Number], str]


def columns(
    title: str,
    unit: str,
    labels: Sequence[str],
    series: Sequence[Series],
    table: Table,
    every: int = 1,
    write: Write = count,
) -> Chart:
    """Upright bars in the order of time, stacked. Every so many of the labels are written."""
    top = max((sum(values) for values in zip(*(one.values for one in series), strict=True)), default=0)
    ticks = _ticks(top)
    chart = pygal.StackedBar(
        width=WIDTH,
        height=HEIGHT,
        range=(0, ticks[-1]),
        y_labels=_named(ticks),
        x_labels=list(labels),
        x_labels_major_every=every,
        **_plain(write),
    )
    return _drawn(chart, title, unit, labels, series, table, write)


def rows(
    title: str, unit: str, labels: Sequence[str], series: Sequence[Series], table: Table, write: Write = count
) -> Chart:
    """Bars lying under each other, stacked, the first on top."""
    top = max((sum(values) for values in zip(*(one.values for one in series), strict=True)), default=0)
    turned = [Series(one.name, one.tone, one.values[::-1]) for one in series]
    ticks = _ticks(top)
    chart = pygal.HorizontalStackedBar(
        width=WIDTH,
        height=34 + BAR * len(labels),
        range=(0, ticks[-1]),
        y_labels=_named(ticks),
        x_labels=[_cut(label) for label in reversed(labels)],
        **_plain(write),
    )
    drawn = _drawn(chart, title, unit, list(reversed(labels)), turned, table, write)
    return replace(drawn, series=tuple(series))


def _plain(write: Write) -> dict[str, Any]:
    style = Style(label_font_size=FONT, major_label_font_size=FONT)
    return {
        "style": style,
        "css": [],
        "js": [],
        "show_legend": False,
        "show_minor_x_labels": False,
        "truncate_label": -1,
        "margin": 6,
        "spacing": 6,
        "no_prefix": True,
        "value_formatter": write,
        "print_values": False,
    }


def _drawn(
    chart: Any,  # noqa: ANN401 - pygal has no types
    title: str,
    unit: str,
    labels: Sequence[str],
    series: Sequence[Series],
    table: Table,
    write: Write,
) -> Chart:
    for one in series:
        chart.add(one.name, list(one.values))
    root = ElementTree.fromstring(chart.render())
    if len(series) == 1 and len(labels) <= SPOKEN:
        told = "; ".join(f"{label} {write(value)}" for label, value in zip(labels, series[0].values, strict=True))
    else:
        told = f"{labels[0]} to {labels[-1]}: " + "; ".join(f"{one.name} {write(sum(one.values))}" for one in series)
    said = f"{title}, {unit}. Bars: {told}."
    return Chart(title, unit, tuple(series), Markup(_svg(root, series, said)), said, table)


def _svg(root: ElementTree.Element, series: Sequence[Series], said: str) -> str:
    """The drawing alone: no scripts, styles, ids and name spaces; each bar tells its value."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(SPACE)
        for name in MEASURES & set(element.keys()):
            element.set(name, re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.1f}", element.get(name, "")))
        if element.tag == "rect" and "reactive" in element.get("class", ""):
            for name in ("class", "rx", "ry"):
                element.attrib.pop(name, None)
    graph = root.find("g")
    assert graph is not None
    for group in graph.iter("g"):
        found = re.match(r"series serie-(\d+)", group.get("class", ""))
        if found:
            drawn = series[int(found[1])]
            group.set("class", f"tone-{drawn.tone}")
            for bar in group.iter("g"):
                _tell(bar, drawn.name)
        elif group.get("class") == "guides":
            for title in group.findall("title"):
                group.remove(title)
    _prune(graph)
    inner = ElementTree.tostring(graph, encoding="unicode")
    return f'<svg viewBox="{root.get("viewBox")}" role="img" aria-label="{escape(said)}">{inner}</svg>'


def _tell(bar: ElementTree.Element, name: str) -> None:
    """Make of pygal's notes at a bar the title that browsers show."""
    notes = {note.get("class", ""): note for note in bar.findall("desc")}
    if "value" in notes:
        label = notes["x_label"].text if "x_label" in notes else ""
        ElementTree.SubElement(bar, "title").text = f"{label}: {name} {notes['value'].text}"
        for note in notes.values():
            bar.remove(note)


def _prune(parent: ElementTree.Element) -> None:
    """Take out backgrounds, the place of tooltips, and groups that hold nothing."""
    for child in list(parent):
        _prune(child)
        unwanted = child.get("class") in ("background", "plot tooltip-overlay", "tooltip")
        if unwanted or (child.tag == "g" and len(child) == 0):
            parent.remove(child)


def _ticks(top: float) -> list[float]:
    """Zero and up to five round numbers, the last not below `top`."""
    if top <= 0:
        return [0, 1]
    size = 10 ** math.floor(math.log10(top))
    step = next(size * part for part in (0.2, 0.5, 1, 2) if size * part * 5 >= top)
    step = max(step, 1) if top >= 1 else step
    return [step * index for index in range(math.ceil(top / step) + 1)]


def _named(ticks: list[float]) -> list[dict[str, Any]]:
    """Ticks as pygal takes them: round, whatever the values look like."""
    return [{"value": tick, "label": f"{round(tick, 6):,g}" if tick < 1e5 else f"{tick:,.0f}"} for tick in ticks]


def _cut(label: str, length: int = 22) -> str:
    """What fits beside a bar, without what XML cannot hold."""
    label = re.sub(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]", " ", label)
    return label if len(label) <= length else label[: length - 1] + "…"
