"""manjuc: a compiler for AI comic dramas. This page is the map.

    specs/*.yaml ─► documents ─► weaving, longhand ─► lower, shots ─► checks ─► Spec   text to checked values
                                                             │
    templates/*.j2 ─────────────► stages ◄───────────────────┘             what there is to do, calls as values
                                    │
    .manjuc/, specs/*.lock ─────► plan: hit, resume, miss (why), wait      what has to be done, and for how much
                                    │
                      `plan` shows ─┤─ `build` carries out
                                    ▼
                       engine ─► perform ─► relay, media                   effects, each on the disk before the next
                          ▲                   │
                          └── the graph grows ◄─ store

Data flows one way: text becomes values, values a plan, a plan effects, effects blobs and records. The only way back is
results, which enter through one pure function, `stages.*.actions(spec, results)`.

The language is spelled out early: `weaving` joins files and profiles, `longhand` turns parts and short forms into plain
shots, and `cast` turns looks and times into characters and scenes of their own. Behind them nothing knows of these, and
a document of grafts still points every message at the file and line where the author wrote the value.

Modules stand in rows, and import downwards only; `tests/test_architecture.py` holds the rows as data. Rows 0 to 4 are
pure: no clock, no randomness, no environment, no files.

    7 shell      cli, inquiries, rehearsal, starting, language, usage, progress, dashboard, display, eventfile, closing
    6 drive      documents, manifest, facts, appraisal, generated, frontend, spending, compiler, ending, perform, keep,
                 asked, tools, obstacles, engine, owned, selection, judging, delivery, inspection, doctor, collecting
    5 effects    project, settings, store, blobs, inbox, writer, journal, disk, syncs, lockfile, placing, downloads,
                 relay, media, lettering, assembly
    4 decision   standing, verdicts, sharing, plan, scales, weights
    3 knowledge  stages/*, dialects/*
    2 front end  schema, catalogue, lower, shots, checks/*, answers, prompts, wording,
                 severities, show, overview, screenplay, page, bills, …
    1 values     scalars, laid, keystrokes, colons, complaint, bracketed, lining, remnants, slips, numerals, simplified,
                 glosses, manner, advice, plural, mending, rules, guises, causes, source, ids, alike, references,
                 models, earlier, spec, cast, standins, longhand, weaving, findings, calls, wire, bodies, sayings,
                 spelling, graph, storyboard, inventions, pictures, likeness, whereabouts, sensitive, sandbox,
                 redaction, lexicon, mentions, briefing, steps, hearing, …
    0 words      once, text, words, digest, diagnostic, errors
    beside       preview/: the relay that draws instead of calling models; handed to `relay` by `cli` alone

To read in ten minutes: compiler.py, calls.py, graph.py, stages/clip.py, dialects/whatai.py, perform.py, engine.py.
To add a stage or a dialect: one module in its folder and one line in the table of the folder's __init__.py; a stage
takes its template in templates/ too. To add a check: one function in checks/ and one line in its table, its page in
data/explain/. To add a model: an entry in data/catalogue/models.yaml.
"""

__version__ = "0.1.0"
