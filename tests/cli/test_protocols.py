from pathlib import Path

import pytest

from hansa.cli.demo import cohort
from hansa.cli.demo.story import HERE
from hansa.cli.protocols import TEMPLATES, Told, named
from hansa.lib.errors import InvalidError
from tests.lib.genomics import people

PROTOCOL = str(HERE / "protocol.yaml")


@pytest.fixture
def sites(tmp_path):
    """Write three sites whose columns are named as the protocol's variables."""
    rows = cohort.read()
    names = {column: name for name, column in cohort.MAPPING.items()}
    renamed = [{names[column]: value for column, value in row.items()} for row in rows]
    parts = cohort.split(renamed, tmp_path / "data")
    return [argument for key, file in parts.items() for argument in ("--site", f"{key}={file}")]


def test_check_finds_the_demo_s_protocol_sound(hansa):
    said = hansa("studies", "check", PROTOCOL)

    assert (said.code, said.out) == (0, "protocol.yaml is a sound protocol.\n")
    assert hansa("studies", "check", PROTOCOL, "--json").json == []


def test_check_names_line_and_remedy_of_each_fault(hansa, tmp_path):
    text = (HERE / "protocol.yaml").read_text(encoding="utf-8")
    file = tmp_path / "protocol.yaml"
    file.write_text(
        text.replace("hormone + age", "hormon + age").replace("time_grid: 30", "timegrid: 30"), encoding="utf-8"
    )

    said = hansa("studies", "check", str(file))
    faults = hansa("studies", "check", str(file), "--json").json

    assert said.code == 2
    assert "line" in said.out
    assert all(set(fault) == {"line", "place", "message", "remedy"} for fault in faults)
    assert faults[0]["line"] > 1


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_check_says_when_a_file_cannot_be_read(hansa, tmp_path, content):
    file = tmp_path / "protocol.yaml"
    if content is not None:
        file.write_bytes(content)

    said = hansa("studies", "check", str(file))

    assert said.code == 2
    assert "cannot be read" in said.err


def test_rehearse_runs_every_analysis(hansa, sites):
    said = hansa("studies", "rehearse", PROTOCOL, *sites)
    result = hansa("studies", "rehearse", PROTOCOL, *sites, "--json").json

    assert said.code == 0
    assert "3 sites, 686 rows" in said.out
    assert "hormone[yes]" in said.out
    assert [one["kind"] for one in result["analyses"]] == ["table_one", "kaplan_meier", "cox", "glm"]
    assert (result["sites"], result["rows"]) == (3, 686)


def test_rehearse_gives_the_same_on_one_table(hansa, sites, tmp_path):
    files = [Path(site.partition("=")[2]) for site in sites[1::2]]
    whole = tmp_path / "whole.csv"
    lines = [file.read_text(encoding="utf-8").splitlines() for file in files]
    whole.write_text("\n".join([lines[0][0], *(row for part in lines for row in part[1:])]) + "\n", encoding="utf-8")

    joint = hansa("studies", "rehearse", PROTOCOL, *sites, "--json").json
    pooled = hansa("studies", "rehearse", PROTOCOL, "--site", f"all={whole}", "--json").json

    assert (joint["sites"], pooled["sites"]) == (3, 1)
    for place in (2, 3):
        terms = zip(joint["analyses"][place]["terms"], pooled["analyses"][place]["terms"], strict=True)
        assert all(abs(one["estimate"] - other["estimate"]) < 1e-8 for one, other in terms)


def test_rehearse_takes_other_names_and_units_of_a_site(hansa, sites, tmp_path):
    site, file = sites[1].split("=")
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("size")
    cells = [line.split(",") for line in lines[1:]]
    in_cm = [",".join([*row[:place], str(float(row[place]) / 10), *row[place + 1 :]]) for row in cells]
    other = tmp_path / "other.csv"
    other.write_text("\n".join([lines[0].replace("size", "tsize"), *in_cm]) + "\n", encoding="utf-8")
    given = ("--site", f"{site}={other}", *sites[2:], "--mapping", f"{site}:size=tsize", "--units", f"{site}:size=cm")

    expected = hansa("studies", "rehearse", PROTOCOL, *sites, "--json").json
    found = hansa("studies", "rehearse", PROTOCOL, *given, "--json").json

    terms = zip(expected["analyses"][2]["terms"], found["analyses"][2]["terms"], strict=True)
    assert all(abs(one["estimate"] - other["estimate"]) < 1e-8 for one, other in terms)


def test_rehearse_takes_the_names_of_all_sites(hansa, tmp_path):
    parts = cohort.split(cohort.read(), tmp_path / "data")
    sites = [argument for key, file in parts.items() for argument in ("--site", f"{key}={file}")]
    names = [argument for pair in cohort.MAPPING.items() for argument in ("--mapping", "=".join(pair))]

    assert hansa("studies", "rehearse", PROTOCOL, *sites, *names).code == 0


@pytest.mark.parametrize("given", ["size", "size=", "weight=w", "nowhere:size=tsize"])
def test_rehearse_refuses_to_be_told_of_nothing(hansa, sites, given):
    said = hansa("studies", "rehearse", PROTOCOL, *sites, "--mapping", given)

    assert said.code == 2
    assert "names no variable of the protocol, or no site" in said.err


def test_told_of_one_site_goes_before_told_of_all():
    told = Told(["size=a", "solna:size=b"], sites=["solna", "berlin"], variables=["size"])

    assert (told.at("berlin"), told.at("solna")) == ({"size": "a"}, {"size": "b"})


@pytest.mark.parametrize(
    ("site", "words"),
    [
        ("berlin", "is not a name and a file"),
        ("berlin=absent.csv", "absent.csv cannot be read"),
        ("berlin={broken}", "Line 3 of the file has 1 values"),
        ("berlin={odd}", "have no column"),
    ],
)
def test_rehearse_says_what_is_wrong_with_a_site(hansa, tmp_path, site, words):
    (tmp_path / "broken.csv").write_text("time,event\n1,1\n2\n", encoding="utf-8")
    (tmp_path / "odd.csv").write_text("time,event\n1,1\n", encoding="utf-8")

    given = site.format(broken=tmp_path / "broken.csv", odd=tmp_path / "odd.csv")
    said = hansa("studies", "rehearse", PROTOCOL, "--site", given)

    assert said.code == 2
    assert words in said.err


def test_rehearse_names_the_first_fault_of_the_protocol(hansa, tmp_path):
    file = tmp_path / "protocol.yaml"
    file.write_text("hansa: study/1\n", encoding="utf-8")

    said = hansa("studies", "rehearse", str(file), "--site", "a=b")

    assert said.code == 2
    assert "protocol.yaml, line 1" in said.err


def test_named_takes_a_file_with_an_equals_sign():
    assert str(named("a=b=c.csv")[1]) == "b=c.csv"
    with pytest.raises(InvalidError):
        named("=x")


def test_template_lists_what_there_is_and_prints_one(hansa, tmp_path):
    listed, printed = hansa("studies", "template"), hansa("studies", "template", "test_negative")
    missing = hansa("studies", "template", "nothing")

    assert "self_controlled" in listed.out
    assert printed.out == (TEMPLATES / "test_negative.yaml").read_text(encoding="utf-8")
    assert "There are: new_user_cohort, self_controlled, test_negative, variants." in missing.err


@pytest.mark.parametrize("file", sorted(TEMPLATES.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_template_is_a_sound_protocol(hansa, file):
    assert hansa("studies", "check", str(file), "--json").json == []


@pytest.fixture
def genomes(tmp_path):
    made = people.pooled(persons=300, variants=40)
    paths = people.split(made, tmp_path)
    text = people.protocol(made.panel, people.LINEAR, people.COUNTED, cell=5)
    (tmp_path / "variants.yaml").write_text(text, encoding="utf-8")
    return text, paths


def rehearse(hansa, folder, *sites):
    return hansa("studies", "rehearse", str(folder / "variants.yaml"), *(part for s in sites for part in ("--site", s)))


def test_rehearsal_reads_genotypes_before_the_table_of_their_people(hansa, genomes, tmp_path):
    text, paths = genomes
    sites = [f"{path.stem}={path}#{path.stem}.csv" for path in paths]

    shown = rehearse(hansa, tmp_path, *sites)

    expected = people.rehearsed(text, paths, tmp_path)["analyses"][0]
    best = min(range(len(expected["p"])), key=lambda index: expected["p"][index])
    assert shown.code == 0
    assert expected["variants"][best] in shown.out
    assert f"{len(expected['variants'])} variants on GRCh38" in shown.out


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ("one={folder}/none.bed#first.csv", "none.bed is no file"),
        ("one={folder}/first.bed#none.csv", "cannot be read"),
        ("one={folder}/first.bed#bare.csv", "no column 'iid'"),
        ("one={folder}/first.csv#first.csv", "holds no genotypes"),
        ("one={folder}/first.csv", "have no genotypes"),
    ],
)
def test_rehearsal_says_what_is_wrong_with_genotypes(hansa, genomes, tmp_path, site, told):
    (tmp_path / "bare.csv").write_text("age,bmi\n50,20\n", encoding="utf-8")
    said = rehearse(hansa, tmp_path, site.format(folder=tmp_path))
    assert said.code != 0
    assert told in said.err
