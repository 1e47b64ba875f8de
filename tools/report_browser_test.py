"""Tries a report in Chromium, headless, by its DevTools protocol: filters, addresses, keyboard, a phone, the dark, paper.

    report_browser_test.py PAGE [FOLDER]

Where there is no Chromium it says so and passes. Pictures of the page are left in FOLDER, or with the test's outputs.
CHROMIUM in the environment, if set, is the browser to use.
"""

import base64
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest


def works(path):
  """Ubuntu's /usr/bin/chromium-browser is there without the browser, which comes as a snap; and a snap sees no /tmp."""
  try:
    return subprocess.run([path, "--version"], capture_output=True, check=False, timeout=60).returncode == 0
  except (OSError, subprocess.TimeoutExpired):
    return False


@functools.lru_cache(maxsize=None)
def find_browser():
  for name in [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]:
    path = shutil.which(name) if name else None
    if path and "/snap/" not in os.path.realpath(path) and works(path):
      return path
  return None


class Browser:
  """One page in a browser of its own."""

  def __init__(self, program, folder):
    # The browser reads commands from descriptor 3 and answers on 4.
    to_read, self._write = os.pipe()
    self._read, to_write = os.pipe()
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir=" + os.path.join(folder, "profile")]
    script = 'exec 3<&%d 4>&%d; exec "$@"' % (to_read, to_write)
    self._process = subprocess.Popen(
        ["bash", "-c", script, "bash", program] + arguments + ["about:blank"], pass_fds=[to_read, to_write],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, HOME=folder))
    os.close(to_read)
    os.close(to_write)
    self._buffer, self._last, self._session = b"", 0, None
    target = self.send("Target.createTarget", url="about:blank")["targetId"]
    self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

  def send(self, method, **parameters):
    """The answer to a command."""
    self._last += 1
    message = {"id": self._last, "method": method, "params": parameters}
    if self._session:
      message["sessionId"] = self._session
    os.write(self._write, json.dumps(message).encode() + b"\0")
    while True:
      answer = self._receive()
      if answer.get("id") == self._last:
        if "error" in answer:
          raise RuntimeError("%s: %s" % (method, answer["error"]))
        return answer["result"]

  def _receive(self):
    while b"\0" not in self._buffer:
      part = os.read(self._read, 1 << 20)
      if not part:
        raise RuntimeError("the browser has ended")
      self._buffer += part
    text, self._buffer = self._buffer.split(b"\0", 1)
    return json.loads(text)

  def run(self, script):
    """The value of a JavaScript expression; waits for a promise."""
    result = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
    if "exceptionDetails" in result:
      raise RuntimeError(result["exceptionDetails"])
    return result["result"].get("value")

  def show(self, address, width, height, dark=False):
    """Opens `address` anew on a screen of that size."""
    self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
    self.send("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
    self.send("Page.navigate", url="about:blank")
    self.send("Page.navigate", url=address)
    self.run("new Promise(done => { const wait = () => document.readyState === 'complete' &&"
             " location.href !== 'about:blank' ? setTimeout(done, 50) : setTimeout(wait, 20); wait(); })")

  def press(self, key, code):
    for kind in ["keyDown", "keyUp"]:
      self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                text="\r" if key == "Enter" and kind == "keyDown" else "")

  def picture(self, path):
    with open(path, "wb") as file:
      file.write(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

  def close(self):
    try:
      self._session = None
      self.send("Browser.close")
    except (OSError, RuntimeError):
      pass
    self._process.wait(timeout=30)


_VISIBLE = "Array.from(document.querySelectorAll('article')).filter(a => a.offsetParent !== null)"


@unittest.skipUnless(find_browser(), "no Chromium on this machine")
class ReportBrowserTest(unittest.TestCase):

  @classmethod
  def setUpClass(cls):
    cls.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
    cls.output = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR", cls.folder)
    cls.address = "file://" + os.path.abspath(sys.argv[1])
    cls.browser = Browser(find_browser(), cls.folder)

  @classmethod
  def tearDownClass(cls):
    cls.browser.close()
    shutil.rmtree(cls.folder, ignore_errors=True)

  def show(self, hash_="", width=1280, height=800, dark=False):
    self.browser.show(self.address + hash_, width, height, dark)

  def picture(self, name):
    self.browser.picture(os.path.join(self.output, name + ".png"))

  def test_all_is_shown_at_first(self):
    self.show()
    run = self.browser.run
    articles = run("document.querySelectorAll('article').length")
    self.assertEqual(run(_VISIBLE + ".length"), articles)
    self.assertEqual(run("document.getElementById('count').textContent"), "%d shown" % articles)
    self.assertEqual(run("Array.from(document.images).filter(i => i.naturalWidth === 0).length"), 0)
    # Both numbers of a cell.
    self.assertEqual(run("Array.from(document.querySelectorAll('.theirs')).filter(e => e.offsetParent === null).length"), 0)
    self.picture("desktop")

  def test_filters_keep_what_fits_and_their_address(self):
    self.show()
    run = self.browser.run
    run("(() => { const s = document.querySelector('[name=kind]'); s.value = 'table';"
        " s.dispatchEvent(new Event('change', {bubbles: true})); })()")
    kinds = run(_VISIBLE + ".map(a => a.dataset.kind)")
    self.assertTrue(kinds)
    self.assertEqual(set(kinds), {"table"})
    self.assertEqual(run("location.hash"), "#?kind=table")
    run("document.querySelector('[type=reset]').click()")
    run("new Promise(done => setTimeout(done, 50))")
    self.assertEqual(run(_VISIBLE + ".length"), run("document.querySelectorAll('article').length"))

  def test_an_address_can_hold_filters(self):
    self.show()
    verdict = self.browser.run("document.querySelector('article.claim').dataset.verdict")
    paper = self.browser.run("document.querySelector('.paper').dataset.paper")
    self.show("#?paper=%s&verdict=%s" % (paper, verdict.replace(" ", "+")))
    self.assertEqual(set(self.browser.run(_VISIBLE + ".map(a => a.dataset.verdict)")), {verdict})
    self.assertEqual(self.browser.run("document.querySelector('[name=verdict]').value"), verdict)
    self.picture("filtered")

  def test_an_address_reaches_what_a_filter_hides_and_opens_details(self):
    self.show("#?kind=table")
    run = self.browser.run
    run("location.hash = document.querySelector('article.figure').id")
    run("new Promise(done => setTimeout(done, 100))")
    self.assertTrue(run("document.querySelector('article.figure').offsetParent !== null"))
    run("location.hash = document.querySelector('.run').id")
    run("new Promise(done => setTimeout(done, 100))")
    self.assertTrue(run("document.querySelector('.run').open"))
    self.picture("run")

  def test_a_phone_does_not_scroll_sideways(self):
    self.show(width=360, height=740)
    run = self.browser.run
    run("document.querySelectorAll('details').forEach(d => d.open = true)")
    self.assertEqual(run("document.documentElement.scrollWidth"), 360)
    self.show(width=360, height=740)
    self.picture("phone")
    for kind in ["figure", "table", "claim"]:
      run("document.querySelector('article.%s').scrollIntoView()" % kind)
      self.picture("phone_" + kind)
    run("Array.from(document.querySelectorAll('.enlarge')).find(b => !b.hidden).click()")
    self.assertGreater(run("document.querySelector('.picture.full').scrollWidth"), 360)
    self.assertEqual(run("document.documentElement.scrollWidth"), 360)

  def test_the_keyboard_reaches_everything(self):
    self.show()
    self.browser.press("Tab", 9)
    self.assertEqual(self.browser.run("document.activeElement.textContent"), "To the results")
    self.browser.press("Enter", 13)
    self.assertEqual(self.browser.run("document.activeElement.id"), "content")
    names = []
    self.show()
    for _ in range(5):
      self.browser.press("Tab", 9)
      names.append(self.browser.run("document.activeElement.name || ''"))
    self.assertEqual([name for name in names if name], ["paper", "kind", "verdict"])

  def test_text_stands_out_light_and_dark(self):
    for dark in [False, True]:
      self.show(dark=dark)
      for selector in ["body", "article .facts", ".verdict", "article a", ".comparisons .outcome"]:
        self.assertGreater(self.browser.run(_CONTRAST % json.dumps(selector)), 4.5, (selector, dark))
      self.browser.run("document.querySelector('article.figure').scrollIntoView()")
      self.picture("dark" if dark else "light")

  def test_it_prints(self):
    self.show()
    pdf = base64.b64decode(self.browser.send("Page.printToPDF", printBackground=False)["data"])
    self.assertTrue(pdf.startswith(b"%PDF"))
    with open(os.path.join(self.output, "print.pdf"), "wb") as file:
      file.write(pdf)


# The contrast (WCAG 2.1, 1.4.3) of the first element of a selector with what lies behind it.
_CONTRAST = """(() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const element = document.querySelector(%s);
  let back = element, color = [0, 0, 0, 0];
  while (back && (color.length === 4 && color[3] === 0)) {
    color = parse(getComputedStyle(back).backgroundColor);
    back = back.parentElement;
  }
  const pair = [luminance(parse(getComputedStyle(element).color)), luminance(color)].sort((a, b) => b - a);
  return (pair[0] + 0.05) / (pair[1] + 0.05);
})()"""


if __name__ == "__main__":
  if not find_browser():
    print("skipped: no Chromium on this machine (package chromium)")
  unittest.main(argv=sys.argv[:1])
