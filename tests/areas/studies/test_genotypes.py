import builtins

import numpy as np
import pytest
from django.utils import timezone

from hansa.areas.studies import actions, datasets, genotypes, guards, weighing
from hansa.areas.studies.models import Dataset
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.lib.errors import RefusedError
from hansa.lib.statistics.protocol import parse
from tests.lib.genomics import people


@pytest.fixture(scope="module")
def made():
    return people.pooled(persons=120, variants=30)


@pytest.fixture
def path(made, tmp_path):
    return people.write(tmp_path, made, rows=np.arange(120), turned=[2, 5])


def add(scene, source, name="cohort", **given):
    given = {"kind": "genotypes", "build": "GRCh38"} | given
    return actions.add(Dataset(), by=scene.people["steward"], name=name, source=str(source), **given)


def faults(scene, source, **given):
    before = set(own().directory.glob("genotypes_*"))
    with pytest.raises(GivenError) as no:
        add(scene, source, **given)
    assert not Dataset.objects.exists()
    assert set(own().directory.glob("genotypes_*")) == before
    return no.value.faults


def test_people_and_their_genotypes_are_copied(two, made, path):
    dataset = add(two, f"{path}#site.csv")

    assert (dataset.rows, dataset.variants, dataset.build) == (120, 30, "GRCh38")
    assert dataset.source == "site.bed + site.csv"
    assert [column["name"] for column in dataset.profile] == ["age", "sex", "bmi", "case"]
    assert genotypes.file_of(dataset.table).stat().st_mode & 0o777 == 0o600
    assert datasets.rows(dataset.table)[genotypes.PLACE].tolist() == list(range(120))


def test_only_people_whose_genotypes_are_there_are_kept(two, made, path):
    table = path.with_name("others.csv")
    frame = made.frame.iloc[::-1].rename(columns={"iid": "Sample"})
    frame.assign(Sample=frame["Sample"].where(frame.index < 50, "unknown" + frame["Sample"])).to_csv(table, index=False)

    dataset = add(two, f"{path}#{table}")

    assert dataset.rows == 50
    places = datasets.rows(dataset.table)[genotypes.PLACE].to_list()
    assert places == list(range(49, -1, -1))
    panel = parse(people.protocol(made.panel, people.COUNTED)).data.panel
    read = genotypes.genotypes(dataset.table, panel, places=places)
    assert (read.doses(0, 30) == made.doses[places]).all()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{folder}/site.bed", "GENOTYPES#TABLE"),
        ("{folder}/none.bed#site.csv", "GENOTYPES#TABLE"),
        ("{folder}/site.csv#site.csv", "GENOTYPES#TABLE"),
        ("{folder}/site.bed#none.csv", "no such file"),
        ("{folder}/site.bed#unnamed.csv", "no column 'iid'"),
        ("{folder}/site.bed#twice.csv", "names a sample twice"),
        ("{folder}/site.bed#strangers.csv", "Nobody in the table"),
        ("{folder}/broken.bed#site.csv", "does not lie beside"),
        ("{folder}/sex.bed#site.csv", "no variant of two alleles"),
    ],
)
def test_data_that_do_not_fit_together_are_refused(two, made, path, source, told):
    folder = path.parent
    made.frame.drop(columns="iid").to_csv(folder / "unnamed.csv", index=False)
    made.frame.assign(iid="p1").to_csv(folder / "twice.csv", index=False)
    made.frame.assign(iid="x" + made.frame["iid"]).to_csv(folder / "strangers.csv", index=False)
    (folder / "broken.bed").write_bytes(path.read_bytes())
    sex = people.write(folder, made, rows=np.arange(120), name="sex").with_suffix(".bim")
    sex.write_text(sex.read_text().replace("chr", "X"))

    assert told in str(faults(two, source.format(folder=folder))["source"])


def test_build_has_to_be_said_where_the_file_does_not(two, path):
    assert "does not say" in faults(two, f"{path}#site.csv", build="as_the_file_says")["build"]


def test_build_is_the_one_that_the_file_says(two, made, tmp_path):
    head = (
        "##fileformat=VCFv4.3\n##contig=<ID=1,length=249250621>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    )
    path = tmp_path / "cohort.vcf"
    path.write_text(f"{head}\tp0\tp1\n1\t100\t.\tA\tG\t.\t.\t.\tGT\t0/0\t0/1\n")
    made.frame.to_csv(tmp_path / "people.csv", index=False)

    assert "GRCh37" in faults(two, f"{path}#people.csv", build="GRCh38")["build"]
    assert add(two, f"{path}#people.csv", build="as_the_file_says").build == "GRCh37"


def test_what_is_not_installed_is_named(two, made, tmp_path, monkeypatch):
    (tmp_path / "cohort.vcf").write_text("")
    made.frame.to_csv(tmp_path / "people.csv", index=False)
    real = builtins.__import__

    def without(name, *given, **more):
        if name == "cyvcf2":
            raise ImportError(name)
        return real(name, *given, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert "hansa[genomics]" in faults(two, f"{tmp_path}/cohort.vcf#people.csv")["source"]


def test_study_of_variants_stands_on_genotypes_of_its_build(three, made, path, tmp_path):
    add(three, f"{path}#site.csv")
    add(three, f"{path}#site.csv", name="older", build="GRCh37")
    actions.add(Dataset(), by=three.people["steward"], name="table", source=str(path.with_suffix(".csv")))
    study = three.propose(people.protocol(made.panel, people.LINEAR, cell=10))

    for name, told in (("table", "people with their genotypes"), ("older", "GRCh37")):
        with pytest.raises(GivenError) as no:
            actions.stand_on(study, name, mapping=None, units=None)
        assert told in str(no.value.faults["dataset"])
    assert [row.name for row in weighing.fitting(study)] == ["cohort", "older"]
    (told, _older) = weighing.weighed(study, three.people["steward"], at=timezone.now())
    assert "genome" in told["sentences"][-1]
    actions.stand_on(study, "cohort", mapping=None, units=None)
    table = guards.reading(study).table
    assert (table.genotypes.doses(0, 30) == made.doses).all()


def test_genotypes_that_were_not_restored_are_missed(two, made, path):
    dataset = add(two, f"{path}#site.csv")
    genotypes.file_of(dataset.table).unlink()
    panel = parse(people.protocol(made.panel, people.COUNTED)).data.panel
    with pytest.raises(RefusedError, match="not on this node"):
        genotypes.genotypes(dataset.table, panel, places=[0])


def test_removed_genotypes_are_deleted(two, path):
    dataset = add(two, f"{path}#site.csv")
    genotypes.drop(dataset.table)
    assert not genotypes.file_of(dataset.table).exists()
    with pytest.raises(RefusedError):
        datasets.rows(dataset.table)
