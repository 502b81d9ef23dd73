#!/usr/bin/env python3
"""Makes the README's table of performance: purgedeck beside lnav and fzf, in one alternating run.

    benches/compare.py --binary target/release/purgedeck [--old BINARY] [--readme README.md]

Each program runs in a PTY of its own, one after the other, --runs times round, so that a busy
machine slows all of them alike. The times are from a key to the byte that completes the answer on
the screen; the medians are shown. The records are made by this script, the same ones on every
machine; they and the stores stay in --work for the next run. Needs Linux and Python 3.9, nothing
else; what is not installed is named in the table. Every wait has an end, and at the end of a run
the programs of this script's own sessions are ended, and no others.
"""
import argparse, collections, contextlib, datetime, fcntl, json, os, platform, pty, random, re, select, shutil
import signal, statistics, struct, subprocess, sys, tempfile, termios, threading, time, unicodedata

COLS, ROWS = 160, 50
QUIET = 0.15        # seconds without a byte after which a screen is complete
KEYS = {"enter": "\r", "esc": "\x1b", "end": "\x1b[F", "home": "\x1b[H", "pgdn": "\x1b[6~", "pgup": "\x1b[5~",
        "up": "\x1b[A", "down": "\x1b[B", "c-u": "\x15"}
WORDS = {"rare": "needle-rare", "some": "hotfix", "half": "video"}
now = time.monotonic

# ------------------------------------------------------------------ records
def make_records(n, folder):
    """Writes n purges over 90 days as an export and as CSV, unless they are there; returns the facts about them."""
    export, csv, facts = (os.path.join(folder, f"{n}.{end}") for end in ("ndjson", "csv", "json"))
    if os.path.exists(facts):
        return json.load(open(facts)) | {"export": export, "csv": csv}
    r, hits = random.Random(n), collections.Counter()
    brands = ["acme", "globex", "initech", "umbra", "hooli", "stark", "wayne", "soylent"]
    hosts = [f"{role}.{brand}-cdn.example.com" for brand in brands for role in ("www", "video", "img", "static", "api")]
    often = [1 / (i + 1) for i in range(len(hosts))]
    folders = "assets images products news video js css fonts hotel travel v1 v2 static media shop blog event api".split()
    names, ends = "index main app banner hero logo thumb cover style detail search promo".split(), "html js css png jpg ts mp4 svg".split()
    start, step = 1_780_000_000, 90 * 86_400 / n
    with open(export, "w", buffering=1 << 20) as ex, open(csv, "w", buffering=1 << 20) as cs:
        for i in range(n):
            host = r.choices(hosts, often)[0]
            kind = r.choices(("url", "pattern", "all"), (83, 14, 3))[0]
            status = r.choices(("successful", "failed", "in_progress"), (964, 30, 6))[0]
            account = r.choices(("gcore", "tencent", "medianova"), (9, 4, 3))[0]
            path = lambda: "/" + "/".join(r.choices(folders, k=r.randint(1, 4))) + f"/{r.choice(names)}-{r.getrandbits(24):06x}."
            targets = [] if kind == "all" else [path() + r.choice(ends) for _ in range(r.choices((2, 6, 20), (55, 40, 5))[0])]
            if i in (0, n - 1):
                kind, targets = "url", ["/oldest-record" if i == 0 else "/newest-record"]
            elif kind == "pattern":
                targets = [it.rsplit("-", 1)[0] + "*" for it in targets[:10]]
            if targets and 0 < i < n - 1:
                targets[-1] += "?needle-rare" if i % 10_000 == 4_321 else ""
                targets[0] = "/hotfix" + targets[0] if r.random() < 0.02 else targets[0]
            if kind == "url":
                targets = [f"https://{host}{it}" for it in targets]
            text = " ".join([host, *targets])
            hits.update(name for name, word in WORDS.items() if word in text)
            hits["failed"] += status == "failed"
            created = datetime.datetime.fromtimestamp(start + i * step, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            ex.write(json.dumps({"schema_version": 1, "account": account + "-prod", "provider": account, "id": str(700_000 + i),
                "resource_id": str(hosts.index(host)), "cname": host, "kind": kind, "status": status, "raw_status": status,
                "created": created, "targets": targets, "target_count": len(targets)}, separators=(",", ":")) + "\n")
            cs.write(f"{700_000 + i},{account},{kind},{status},{created},{text}\n")
    json.dump({"n": n, "hits": hits, "bytes": os.path.getsize(export)}, open(facts, "w"))
    return make_records(n, folder)

# ------------------------------------------------------------------ a screen, and a program in a PTY
class Screen:
    """The text of a terminal's screen, as far as these programs need one."""
    TOKEN = re.compile(r"([^\x00-\x1f\x7f]+)|\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()*+].|\x1b([0-OQ-WYZ`-~])|([\x00-\x1a])", re.S)

    def __init__(self):
        self.rows, self.x, self.y, self.top, self.bottom = [[" "] * COLS for _ in range(ROWS)], 0, 0, 0, ROWS - 1
        self.cut, self.last, self.decoder = "", " ", __import__("codecs").getincrementaldecoder("utf-8")("replace")

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.rows)

    def scroll(self, by, top=None):
        top = self.top if top is None else top
        for _ in range(min(abs(by), ROWS)):
            del self.rows[top if by > 0 else self.bottom]
            self.rows.insert(self.bottom if by > 0 else top, [" "] * COLS)

    def line_feed(self):
        if self.y == self.bottom: self.scroll(1)
        else: self.y = min(self.y + 1, ROWS - 1)

    def put(self, text):
        for char in text:
            if unicodedata.combining(char): continue
            wide = 2 if unicodedata.east_asian_width(char) in "WF" else 1
            if self.x + wide > COLS: self.x = 0; self.line_feed()
            self.rows[self.y][self.x:self.x + wide] = [char, ""][:wide]
            self.x, self.last = self.x + wide, char

    def feed(self, data):
        text, at = self.cut + self.decoder.decode(data), 0
        self.cut = ""
        while at < len(text):
            token = self.TOKEN.match(text, at)
            if not token:
                if text[at] == "\x1b" and len(text) - at < 4096: self.cut = text[at:]; return
                at += 1; continue
            at = token.end()
            run, numbers, final, escape, control = token.groups()
            if run: self.put(run)
            elif final and numbers[:1] not in tuple("?><="): self.sequence(final, [int(n) if n.isdigit() else 0 for n in numbers.split(";")])
            elif final == "h" and "1049" in numbers: self.__init__()
            elif escape == "M": self.scroll(-1) if self.y == self.top else self.sequence("A", [1])
            elif escape in ("D", "E"): self.line_feed(); self.x = 0 if escape == "E" else self.x
            elif control == "\r": self.x = 0
            elif control and control in "\n\v\f": self.line_feed()
            elif control == "\b": self.x = max(0, self.x - 1)
            elif control == "\t": self.x = min(COLS - 1, (self.x // 8 + 1) * 8)

    def sequence(self, final, n):
        a, here = max(n[0], 1), min(self.x, COLS - 1)
        row = self.rows[self.y]
        if final in "Hf": self.y, self.x = min(a, ROWS) - 1, min(max(n[1] if len(n) > 1 else 1, 1), COLS) - 1
        elif final in "AF": self.y, self.x = max(0, self.y - a), 0 if final == "F" else here
        elif final in "BeE": self.y, self.x = min(ROWS - 1, self.y + a), 0 if final == "E" else here
        elif final in "Ca": self.x = min(COLS - 1, here + a)
        elif final == "D": self.x = max(0, here - a)
        elif final in "G`": self.x = min(a, COLS) - 1
        elif final == "d": self.y = min(a, ROWS) - 1
        elif final == "K":
            begin, end = (here, COLS) if n[0] == 0 else (0, here + 1) if n[0] == 1 else (0, COLS)
            row[begin:end] = [" "] * (end - begin)
        elif final == "J":
            for y in range(self.y + 1 if n[0] == 0 else 0, self.y if n[0] == 1 else ROWS): self.rows[y] = [" "] * COLS
            if n[0] < 2: self.sequence("K", n)
        elif final == "X": row[here:here + a] = [" "] * min(a, COLS - here)
        elif final == "P": del row[here:here + a]; row += [" "] * (COLS - len(row))
        elif final == "@": row[here:here] = [" "] * a; del row[COLS:]
        elif final in "LM": self.scroll(a if final == "M" else -a, self.y); self.x = 0
        elif final in "ST": self.scroll(a if final == "S" else -a)
        elif final == "b": self.put(self.last * min(a, COLS))
        elif final == "r": self.top, self.bottom, self.x, self.y = a - 1, min(n[1] if len(n) > 1 and n[1] else ROWS, ROWS) - 1, 0, 0

def processes(session):
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError, IndexError):
            if int(open(f"/proc/{name}/stat").read().rsplit(")", 1)[1].split()[3]) == session: yield int(name)

def usage(session):
    """Returns the CPU seconds, the times it woke up, and the MiB of a session."""
    cpu = woken = rss = 0
    for process in processes(session):
        with contextlib.suppress(OSError, TypeError):
            rss += int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{process}/status").read())[1]) / 1024
            for task in os.listdir(f"/proc/{process}/task"):
                cpu += int(open(f"/proc/{process}/task/{task}/schedstat").read().split()[0]) / 1e9
                woken += int(re.search(r"\nvoluntary_ctxt_switches:\s+(\d+)", open(f"/proc/{process}/task/{task}/status").read())[1])
    return cpu, woken, rss

class Program:
    """A program in a PTY. A thread takes its bytes and their times; they are read when there is time."""

    def __init__(self, command, deadline):
        self.screen, self.chunks, self.read, self.ended, self.deadline = Screen(), [], 0, False, deadline
        self.begun = now()
        self.pid, self.tty = pty.fork()
        if self.pid == 0:
            with contextlib.suppress(BaseException):
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
                gone = ("COLUMNS", "LINES", "NO_COLOR", "TMUX")
                kept = {k: v for k, v in os.environ.items() if k not in gone and not k.startswith("PURGEDECK_")}
                os.execvpe(command[0], command, kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"})
            os._exit(127)
        self.thread = threading.Thread(target=self.take, daemon=True)
        self.thread.start()

    def take(self):
        while not self.ended:
            if select.select([self.tty], [], [], 0.05)[0]:
                try: data = os.read(self.tty, 1 << 16)
                except OSError: data = b""
                if not data: self.ended = True; return
                self.chunks.append((now(), data))
                if b"\x1b[6n" in data: os.write(self.tty, b"\x1b[1;1R")     # fzf and lnav ask at their start
                if b"\x1b[c" in data or b"\x1b[0c" in data: os.write(self.tty, b"\x1b[?62;22c")

    def until(self, wanted, seconds):
        """Waits for a screen; returns the time of the byte that completed it, or None."""
        end = min(now() + seconds, self.deadline)
        while True:
            while self.read < len(self.chunks):
                at, data = self.chunks[self.read]
                self.read += 1
                self.screen.feed(data)
                if wanted.search(self.screen.text()): return at
            if now() > end or self.ended: return None
            time.sleep(0.001)

    def settle(self):
        end = now() + 3
        while now() < end and not self.ended and now() - (self.chunks[-1][0] if self.chunks else now()) < QUIET: time.sleep(0.005)
        self.until(re.compile(r"(?!)"), 0)

    def press(self, text, wanted=None, seconds=20):
        """Types a text at once; returns the milliseconds until the screen shows what is wanted, and the bytes up to rest."""
        self.settle()
        first, begun = len(self.chunks), now()
        os.write(self.tty, text.encode())
        at = self.until(re.compile(wanted, re.M), seconds) if wanted else None
        time.sleep(QUIET)
        self.settle()
        return (at - begun) * 1e3 if at else None, sum(len(data) for _, data in self.chunks[first:])

    def end(self):
        for kind in (signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
            for process in list(processes(self.pid)):
                with contextlib.suppress(OSError): os.kill(process, kind)
            limit = now() + 0.5
            while now() < limit and list(processes(self.pid)):
                with contextlib.suppress(OSError): os.waitpid(self.pid, os.WNOHANG)
                time.sleep(0.01)
        self.ended = True
        self.thread.join(1)
        os.close(self.tty)

# ------------------------------------------------------------------ the programs
def typed(text):
    return re.sub(r"<([a-z-]+)>", lambda key: KEYS[key[1]], text)

def plan_of(name, binary, facts, store):
    """Returns a program's command, its first and its loaded screen, and its steps: what, keys before, timed keys, screen, keys after."""
    n, hits, csv = facts["n"], facts["hits"], facts["csv"]
    if name == "lnav":
        hidden = lambda count: rf"\b{n - count:,} Lines not shown|\b{n - count} Lines not shown"
        found = lambda what, word, count: (what, f":filter-in {word}", "<enter>", hidden(count), f":delete-filter {word}<enter>")
        return (["sh", "-c", f"HOME=$(mktemp -d) exec lnav '{csv}'"], r"(?s)\.example\.com.* L\d", rf"L{(n - 1) // 100:,}\d\d\s+100%|L{(n - 1) // 100}\d\d\s+100%",
            [("home", "", "g", "oldest-record", ""), ("end", "", "G", "newest-record", "")] * 3 + [("row", "", "<up>", None, ""), ("page", "", "<pgup>", None, ""),
             *(found(what, word, hits[what]) for what, word in WORDS.items()), found("failed", ",failed,", hits["failed"])])
    if name == "fzf":
        count = lambda count: rf"^\W*{count}/{n} "
        found = lambda what, word, hit: (what, "", word, count(hit), "<c-u>")
        return (["sh", "-c", f"exec fzf -e --no-sort --bind end:last,home:first < '{csv}'"], r"^\W*\d+/\d+ ", count(n),
            [("end", "", "<end>", r"^\W .*newest-record", ""), ("home", "", "<home>", r"^\W .*oldest-record", "")] * 3 + [("row", "", "<up>", None, ""), ("page", "", "<pgup>", None, ""),
             *(found(what, word, hits[what]) for what, word in WORDS.items()), found("failed", ",failed,", hits["failed"])])
    found = lambda what, word, hit: (what, "/", word, rf"[^~\d,]{hit:,} of {n:,} ", "<esc>")
    return ([binary, "--store", store, "--offline"], r"^│▸.*example\.com", rf"[^~\d,]{n:,} purges ",
        [("row", "", key, None, "") for key in "jjjk"] + [("page", "", "<pgdn>", None, "")] * 3
        + [("end", "", "<end>", r"^│▸.*/oldest-record", ""), ("home", "", "<home>", r"^│▸.*/newest-record", "")] * 3
        + [*(found(what, word, hits[what]) for what, word in WORDS.items()), found("failed", "status:failed", hits["failed"])])

def run(plan, results, deadline, idle):
    command, first, loaded, steps = plan
    program = Program(command, deadline)
    note = lambda what, value: results[what].append(value)
    try:
        at = program.until(re.compile(first, re.M), 120)
        note("first", at and (at - program.begun) * 1e3)
        if not at: return print(f"not reached: {first}\n{program.screen.text()}", file=sys.stderr)
        is_loaded = re.compile(loaded, re.M)
        at = program.chunks[program.read - 1][0] if is_loaded.search(program.screen.text()) else program.until(is_loaded, 120)
        note("ready", at and (at - program.begun) * 1e3)
        program.settle()
        time.sleep(0.5)
        before, count, begun = usage(program.pid), len(program.chunks), now()
        time.sleep(idle)
        after, seconds = usage(program.pid), now() - begun
        note("idle cpu", (after[0] - before[0]) * 1e3 / seconds)
        note("idle woken", (after[1] - before[1]) / seconds)
        note("idle bytes", sum(len(data) for _, data in program.chunks[count:]) / seconds)
        for what, lead, keys, wanted, back in steps:
            if now() > deadline or program.ended: return
            if lead: program.press(typed(lead))
            took, size = program.press(typed(keys), wanted)
            note(what, size if wanted is None else took)
            if wanted and not took: print(f"not reached: {what} {wanted}\n{program.screen.text()}", file=sys.stderr)
            if back: program.press(typed(back))
            if back and not is_loaded.search(program.screen.text()): program.until(is_loaded, 20)
        note("rss", usage(program.pid)[2])
    finally:
        program.end()

# ------------------------------------------------------------------ without a screen
def seconds_of(command, limit, **more):
    begun = now()
    done = subprocess.run(command, capture_output=True, timeout=limit, **more)
    if done.returncode: raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()[-200:]}")
    return now() - begun, done.stdout

def import_into(binary, facts, store, limit):
    """Imports the records, unless this binary did; returns the seconds and the store's bytes."""
    kept = store + ".json"
    if os.path.exists(kept) and os.path.getmtime(kept) > os.path.getmtime(binary): return json.load(open(kept))
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError): os.remove(store + end)
    took, _ = seconds_of([binary, "--store", store, "import", facts["export"]], limit)
    size = sum(os.path.getsize(store + end) for end in ("", "-wal") if os.path.exists(store + end))
    json.dump([took, size], open(kept, "w"))
    return took, size

# A vendor's first account, the records of its simulator, of which that account has 6,500 purges, and the walk of its
# history by the vendor's own SDK; Medianova has none. The walk is timed without the start of Python and its imports.
WALK = """
import json, os, sys, time
vendor = json.loads(os.environ["VENDOR"])
%s
begun, rows = time.monotonic(), 0
ids = set()
for id in walk():
    rows += 1
    ids.add(id)
print(json.dumps([time.monotonic() - begun, rows, len(ids)]))
"""
SYNCS = {"gcore": ("gcore-prod", 10_000, """
from gcore import Gcore
def walk():
    client = Gcore(api_key=vendor["token"], base_url=vendor["base_url"])
    for purge in client.cdn.list_purge_statuses(limit=100): yield purge.purge_id
"""), "tencent": ("tencent", 6_500, """
from datetime import datetime, timedelta, timezone
from tencentcloud.cdn.v20180606 import cdn_client, models
from tencentcloud.common import credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
def walk():
    protocol, endpoint = vendor["base_url"].split("://")
    http = HttpProfile(protocol=protocol, endpoint=endpoint.rstrip("/"), keepAlive=True)
    key = credential.Credential(vendor["secret_id"], vendor["secret_key"])
    client = cdn_client.CdnClient(key, "", ClientProfile(httpProfile=http))
    now, offset = datetime.now(timezone(timedelta(hours=8))), 0
    while True:
        request = models.DescribePurgeTasksRequest()
        request.StartTime = (now - timedelta(days=30)).strftime("%Y-%m-%d %H:%M:%S")
        request.EndTime = now.strftime("%Y-%m-%d %H:%M:%S")
        request.Offset, request.Limit = offset, 1000
        answer = client.DescribePurgeTasks(request)
        for row in answer.PurgeLogs: yield row.TaskId
        offset += len(answer.PurgeLogs)
        if not answer.PurgeLogs or offset >= answer.TotalCount: return
"""), "medianova": ("medianova", 6_500, None)}

class Vendor:
    """A simulated vendor without colleagues, with 100 ms to each answer, whose history is read anew as often as wanted."""
    def __init__(self, name, binary, folder, python):
        self.name, self.python, self.results, self.faults = name, python, collections.defaultdict(list), set()
        self.folder = tempfile.mkdtemp(dir=folder)
        self.account, records, self.walk = SYNCS[name]
        scenario, self.config = (os.path.join(self.folder, name) for name in ("delay.toml", "sim.toml"))
        open(scenario, "w").write("colleagues_every_seconds = 0\n[[fault]]\ndelay_ms = 100\n")
        self.simulator = subprocess.Popen([binary, "simulate", "--records", str(records), "--no-rate-limits", "--scenario", scenario,
            "--write-config", self.config], stdout=subprocess.PIPE)
        self.settings = json.loads(self.simulator.stdout.readline())[name]

    def measure(self, name, binary, limit):
        """Reads the history into an empty store; the purges are counted afterwards, outside the time."""
        if limit <= 1: return
        store = os.path.join(tempfile.mkdtemp(dir=self.folder), "store.db")
        command = [binary, "--config", self.config, "--store", store, "--account", self.account]
        try:
            took, _ = seconds_of([*command, "history", "--format", "ndjson"], limit)
            _, listed = seconds_of([*command, "--offline", "history", "--format", "ndjson"], limit)
            ids = [json.loads(line)["id"] for line in listed.splitlines()]
            self.results[name].append((took, len(ids), len(set(ids))))
        except (OSError, RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
            self.faults.add(f"first sync of {self.name} by {name}: {error}")

    def measure_sdk(self, limit):
        if not self.python or not self.walk or limit <= 1: return
        try:
            _, told = seconds_of([self.python, "-c", WALK % self.walk], limit, env=os.environ | {"VENDOR": json.dumps(self.settings)})
            self.results["the vendor's SDK"].append(tuple(json.loads(told)))
        except (OSError, RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
            self.faults.add(f"{self.name} by its SDK: {error}")

    def told(self):
        def words(name, found):
            seconds, rows, distinct = statistics.median(it[0] for it in found), found[-1][1], found[-1][2]
            return f"{name} {seconds:.1f} s ({distinct:,} purges in {rows:,} rows)"
        return f"first sync of {self.name}, 100 ms to each answer: " + ", ".join(words(*it) for it in self.results.items())

    def end(self):
        self.simulator.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired): self.simulator.wait(5)
        self.simulator.kill()

def first_syncs(binaries, folder, python, runs, left):
    """Measures first syncs of all vendors, in turns; returns what was measured and what could not be."""
    vendors = []
    try:
        for name in SYNCS: vendors.append(Vendor(name, next(iter(binaries.values())), folder, python))
        for _ in range(runs):
            for vendor in vendors:
                for name, binary in binaries.items(): vendor.measure(name, binary, min(300, left()))
                vendor.measure_sdk(min(300, left()))
        return [vendor.told() for vendor in vendors if vendor.results], sorted(set().union(*(vendor.faults for vendor in vendors)))
    finally:
        for vendor in vendors: vendor.end()

# ------------------------------------------------------------------ the table
def shown(values, unit):
    ok = [value for value in values if value is not None]
    if not values: return "–"
    if not ok: return "not reached"
    value = statistics.median(ok)
    text = f"{value:,.0f}" if value >= 10 or value == 0 else f"{value:.1f}"
    return text + unit + (f" ({len(values) - len(ok)} of {len(values)} not reached)" if len(ok) < len(values) else "")

def table(results, facts, extra, missing, commands, runs):
    hits, names = facts["hits"], list(results)
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for title, what, unit in [("first rows", "first", " ms"), ("all read, counted", "ready", " ms"),
            (f"rare text: {hits['rare']:,} hits, exact count", "rare", " ms"), (f"text: {hits['some']:,} hits, exact count", "some", " ms"),
            (f"text: {hits['half']:,} hits, exact count", "half", " ms"), (f"status: {hits['failed']:,} hits, exact count", "failed", " ms"),
            ("to the end", "end", " ms"), ("to the beginning", "home", " ms"), ("bytes of a row step", "row", ""), ("bytes of a page", "page", ""),
            ("memory", "rss", " MiB"), ("idle: CPU a second", "idle cpu", " ms"), ("idle: wake-ups a second", "idle woken", ""), ("idle: bytes a second", "idle bytes", "")]:
        lines.append(f"| {title} | " + " | ".join(shown(results[name][what], unit) for name in names) + " |")
    lines += ["", *(f"- {line}" for line in extra + [f"not measured: {what}" for what in missing]), "", "```sh", *commands, "```"]
    model = re.search(r"model name\s*:\s*(.+)", open("/proc/cpuinfo").read())
    head = (f"{facts['n']:,} purges, {COLS}x{ROWS}, medians of {runs} alternating runs, {datetime.date.today()}; {os.cpu_count()} cores"
            f"{' (' + model[1] + ')' if model else ''}, {platform.system()} {platform.release().split('-')[0]}, load {os.getloadavg()[0]:.1f} of other work and this.")
    return head + "\n\n" + "\n".join(lines) + "\n"

def write_between(path, name, text):
    whole = open(path).read()
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    if begin not in whole or end not in whole: raise SystemExit(f"{path} has no marks {begin.strip()} and {end}")
    head, rest = whole.split(begin, 1)
    open(path, "w").write(head + begin + text + end + rest.split(end, 1)[1])

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/purgedeck"), parser.add_argument("--old", help="another purgedeck, as a column of its own")
    parser.add_argument("--records", type=int, default=1_000_000), parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--more", type=int, help="a second number of records, such as 10000000, for a table of purgedeck alone")
    parser.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "purgedeck-compare")), parser.add_argument("--readme", help="the file to write the table into")
    parser.add_argument("--sdk", metavar="PYTHON", help="a Python with the packages gcore and tencentcloud-sdk-python-cdn, such as that of a virtual environment")
    parser.add_argument("--only-sync", action="store_true", help="measure first syncs only")
    parser.add_argument("--idle", type=float, default=5), parser.add_argument("--budget", type=float, default=3_600, help="seconds for everything")
    o = parser.parse_args()
    os.makedirs(o.work, exist_ok=True)
    sys.setswitchinterval(0.0002)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    deadline, text = now() + o.budget, ""
    left = lambda: max(1, deadline - now())
    binaries = {"purgedeck": os.path.abspath(o.binary)} | ({"before": os.path.abspath(o.old)} if o.old else {})
    if o.only_sync:
        told, faults = first_syncs(binaries, o.work, o.sdk, o.runs, left)
        return print("\n".join(told + [f"not measured: {what}" for what in faults]))
    for n in filter(None, [o.records, o.more]):
        facts, missing, extra, commands, plans = make_records(n, o.work), [], [], [], {}
        begun = now()
        with open(facts["export"]) as file:
            for line in file: json.loads(line)
        python = now() - begun
        for name, binary in binaries.items():
            store = os.path.join(o.work, f"{n}.{name}.db")
            took, size = import_into(binary, facts, store, left())
            extra.append(f"{name}: import {took:.1f} s (Python's `json.loads` over the same file: {python:.1f} s); store {size / facts['bytes']:.2f} of the NDJSON's size")
            plans[name] = plan_of(name, binary, facts, store)
        for name in ("lnav", "fzf") if n == o.records else ():
            if shutil.which(name): plans[name] = plan_of(name, name, facts, "")
            else: missing.append(f"{name}, which is not installed")
        commands += [f"{' '.join(plan[0])}   # {name}".replace(o.work, "…").replace(os.path.abspath(o.binary), o.binary) for name, plan in plans.items()]
        results = {name: collections.defaultdict(list) for name in plans}
        for _ in range(o.runs):
            for name, plan in plans.items():
                if now() < deadline: run(plan, results[name], deadline, o.idle)
        if now() >= deadline: missing.append(f"the rest, since the {o.budget:.0f} s were over")
        if n == o.records:
            told, faults = first_syncs(binaries, o.work, o.sdk, o.runs, left)
            extra += told
            missing += faults + ([] if o.sdk else ["the vendors' SDKs (`--sdk`)"])
        text += table(results, facts, extra, missing, commands, o.runs) + "\n"
    print(text)
    if o.readme: write_between(o.readme, "performance", text.rstrip() + "\n")

if __name__ == "__main__":
    main()
