"""The report in a real Chromium, at a desk and on a phone, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.report.browser import Page, browser, find

pytestmark = pytest.mark.timeout(900)  # the first one may have to install the browser


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    program = find()
    if not program:
        pytest.skip("no Chromium here: install one, or set CHROME_PATH")
    with browser(program, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_a_browser_shows_it_without_a_complaint(tab: Page, page: Path, tmp_path: Path, width: int, dark: bool) -> None:
    tab.open(page.as_uri(), width, dark=dark)
    tab.picture(tmp_path / f"{width}.png")
    assert tab.requests == [page.as_uri()]
    assert tab.complaints == []
    assert tab.run("document.documentElement.scrollWidth") <= width
    assert tab.run("document.querySelectorAll('svg rect').length") > 100
    ink, paper = tab.run("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    assert (_brightness(ink) > _brightness(paper)) is dark
    assert (tmp_path / f"{width}.png").stat().st_size > 50_000


def test_every_text_and_bar_can_be_told_from_what_is_behind_it(tab: Page, page: Path) -> None:
    for dark in (False, True):
        tab.open(page.as_uri(), 1280, dark=dark)
        colours = tab.run(COLOURS)
        assert {
            name: contrast for name, contrast in colours.items() if contrast < (3 if name.startswith("bar") else 4.5)
        } == {}
        assert len(colours) > 8


def test_the_tables_behind_the_charts_open_by_keyboard(tab: Page, page: Path) -> None:
    tab.open(page.as_uri(), 1280)
    tab.run("document.querySelector('#labour summary').focus()")
    tab.press("Enter")
    assert tab.run("document.querySelector('#labour details').open") is True
    tab.press("Tab")
    assert tab.run("document.activeElement.getAttribute('aria-label')") == "Labour cost by day, Maple & Main Bistro"


def _brightness(colour: str) -> int:
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])


# The contrast (WCAG 2) of each colour of the style sheet with what it stands on.
COLOURS = """(() => {
  const probe = document.createElement('i'); document.body.append(probe);
  const light = name => { probe.style.color = `var(--${name})`;
    const parts = getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).map(part => part / 255)
      .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]; };
  const contrast = (one, other) => { const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05); };
  const found = {};
  for (const ink of ['ink', 'quiet', 'link']) for (const on of ['paper', 'card', 'alert'])
    found[`text ${ink} on ${on}`] = contrast(ink, on);
  for (const bar of ['base', 'soft', 'warn', 'bad']) found[`bar ${bar}`] = contrast(bar, 'card');
  return found; })()"""
