"""A written report, read back: its sections, figures and tables, and what is wrong with its HTML."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link"}
SPACES = str.maketrans("\n", " ")


class Report(HTMLParser):
    """Parsed strictly: every element that is opened is closed, in order. `faults` says where not."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html, self.faults = html, list[str]()
        self._open: list[str] = []
        self._named: list[tuple[str, str]] = []
        self._words: dict[str, list[str]] = {}
        self._section, self._company, self._caption = "", "", ""
        self._figures: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._tables: dict[str, dict[str, list[list[str]]]] = {}
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self._open]

    def figures(self, section: str, company: str) -> dict[str, str]:
        """Label and value of a company's figures."""
        pairs = self._figures[section, company]
        return {label.strip(): value.strip() for label, value in pairs}

    def tables(self, section: str) -> dict[str, list[list[str]]]:
        """The rows of a section's tables by caption; of two with one caption the first."""
        return self._tables[section]

    def companies(self, section: str) -> list[str]:
        """Who has a block in a section."""
        return [name for own, name in self._figures if own == section and name]

    def text(self, section: str) -> str:
        return " ".join(" ".join(self._words.get(section, [])).split())

    def attributes(self, name: str) -> list[str]:
        """The values of an attribute, wherever it is."""
        return [value for known, value in self._named if known == name]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._named += given.items()
        if len(given) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag not in VOID:
            self._open.append(tag)
        if tag == "section":
            self._section, self._company = given["id"], ""
            self._tables[self._section] = {}
        elif tag == "article":
            self._company = given["aria-label"].partition(": ")[2]
            self._figures[self._section, self._company] = []
        elif tag == "dt":
            self._figures[self._section, self._company].append(("", ""))
        elif tag == "caption":
            self._caption = ""
        elif tag == "tbody":
            known = self._tables[self._section]
            self._rows = (
                known[self._caption] if self._caption not in known and not known.update({self._caption: []}) else []
            )
        elif tag == "tr" and "tbody" in self._open:
            self._rows.append([])
        elif tag in ("th", "td") and "tbody" in self._open:
            self._rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._named += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}, line {self.getpos()[0]}")
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._words.setdefault(self._section, []).append(data)
        inside = self._open[-1] if self._open else ""
        if inside == "caption":
            self._caption += data
        elif inside in ("th", "td") and "tbody" in self._open:
            self._rows[-1][-1] += data
        elif inside in ("dt", "b") and "dl" in self._open:
            label, value = self._figures[self._section, self._company][-1]
            self._figures[self._section, self._company][-1] = (
                (label + data, value) if inside == "dt" else (label, value + data)
            )
