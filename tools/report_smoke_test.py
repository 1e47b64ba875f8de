"""Reads a report as a browser would: well nested, closed in itself, every link and label with its target.

    report_smoke_test.py PAGE
"""

import html.parser
import sys
import unittest
import urllib.parse

# What has no end tag.
_VOID = {"meta", "img", "br", "input", "link", "hr"}


class Page(html.parser.HTMLParser):
  """The elements of a page: (tag, attributes) in order, and what is not nested well."""

  def __init__(self, text):
    super().__init__()
    self.elements, self.faults, self._open = [], [], []
    self.feed(text)
    self.close()
    self.faults += ["<%s> is not closed" % tag for tag in self._open]

  def handle_starttag(self, tag, attrs):
    self.elements.append((tag, dict(attrs)))
    if tag not in _VOID:
      self._open.append(tag)

  def handle_endtag(self, tag):
    if not self._open or self._open[-1] != tag:
      self.faults.append("line %d: </%s> closes nothing" % (self.getpos()[0], tag))
    else:
      self._open.pop()

  def all(self, tag):
    return [attributes for name, attributes in self.elements if name == tag]


class ReportTest(unittest.TestCase):

  @classmethod
  def setUpClass(cls):
    with open(sys.argv[1], encoding="utf-8") as file:
      cls.text = file.read()
    cls.page = Page(cls.text)

  def test_elements_are_nested_well(self):
    self.assertEqual(self.page.faults, [])

  def test_nothing_points_outside(self):
    for tag, attributes in self.page.elements:
      self.assertNotIn(tag, ["link", "iframe", "object", "embed", "base"])
      source = attributes.get("src", "data:")
      self.assertTrue(source.startswith("data:image/"), source[:80]) if tag == "img" else self.assertEqual(source, "data:")
      self.assertTrue(attributes.get("href", "#").startswith("#"), attributes)
    self.assertNotIn("url(", self.text[:self.text.index("</style>")])

  def test_ids_are_unique_and_links_reach_them(self):
    ids = [attributes["id"] for _, attributes in self.page.elements if "id" in attributes]
    self.assertEqual(len(ids), len(set(ids)))
    papers = {one["value"] for one in self.page.all("option") if one.get("value")}
    for link in self.page.all("a"):
      target = urllib.parse.unquote(link["href"][1:])
      if target.startswith("?"):
        self.assertIn(urllib.parse.parse_qs(target[1:])["paper"][0], papers)
      else:
        self.assertIn(target, ids)

  def test_it_can_be_read_without_seeing(self):
    self.assertEqual(self.page.all("html")[0]["lang"], "en")
    for image in self.page.all("img"):
      self.assertGreater(len(image["alt"]), 10)
      self.assertGreater(int(image["width"]), 0)
    levels = [int(tag[1]) for tag, _ in self.page.elements if tag in ["h1", "h2", "h3", "h4"]]
    self.assertEqual(levels.count(1), 1)
    for before, after in zip(levels, levels[1:]):
      self.assertLessEqual(after, before + 1)

  def test_each_artefact_has_an_article(self):
    articles = self.page.all("article")
    self.assertGreater(len(articles), 0)
    self.assertIn("%d of the " % len(articles), self.text)
    for article in articles:
      self.assertIn(article["data-kind"], ["figure", "table", "claim"])
      self.assertEqual("data-verdict" in article, article["data-kind"] == "claim")
    self.assertEqual(len(self.page.all("img")), len([a for a in articles if a["data-kind"] == "figure"]))


if __name__ == "__main__":
  unittest.main(argv=sys.argv[:1])
