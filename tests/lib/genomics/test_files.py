import gzip
from pathlib import Path

import numpy as np
import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.genomics import files
from hansa.lib.genomics.genotypes import MISSING
from tests.lib.genomics import people

HEAD = (
    "##fileformat=VCFv4.3\n##contig=<ID=chr1,length=248956422>\n##contig=<ID=chr2>\n##contig=<ID=chrX>\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tp1\tp2\tp3\n"
)
LINES = (
    "chr1\t100\trs1\tA\tG\t.\t.\t.\tGT\t0/0\t0|1\t1/1\n",
    "chr1\t200\t.\tC\tT,G\t.\t.\t.\tGT\t0/0\t0/1\t1/2\n",
    "chr1\t300\t.\tC\t<DEL>\t.\t.\t.\tGT\t0/0\t0/1\t1/1\n",
    "chr2\t50\t.\tc\tTA\t.\t.\t.\tGT\t./.\t0/.\t1/0\n",
    "chrX\t10\t.\tA\tG\t.\t.\t.\tGT\t0/0\t0/0\t0/0\n",
)


def vcf(folder, *lines, head=HEAD, name="file.vcf"):
    path = folder / name
    text = (head + "".join(lines)).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


def doses(path, found):
    read = files.reader(path, people=len(found.people), variants=len(found.columns))
    return read(np.arange(len(found.people)), np.arange(len(found.columns)))


@pytest.mark.parametrize("name", ["file.vcf", "file.vcf.gz"])
def test_vcf_is_kept_as_plinks_file(tmp_path, name):
    target = tmp_path / "kept.bed"

    found = files.keep(vcf(tmp_path, *LINES, name=name), target)

    assert found.people == ("p1", "p2", "p3")
    assert found.build == "GRCh38"
    assert found.left_out == 3
    assert found.columns.position == [100, 50]
    assert found.columns.chromosome == ["1", "2"]
    assert found.columns.counted == ["G", "TA"]
    assert found.columns.other == ["A", "C"]
    assert doses(target, found).tolist() == [[0, MISSING], [1, MISSING], [2, 1]]
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("block", [2, 5])
def test_many_variants_are_read_in_blocks(tmp_path, monkeypatch, block):
    monkeypatch.setattr(files, "_BLOCK", block)
    lines = [f"chr1\t{100 + place}\t.\tA\tG\t.\t.\t.\tGT\t0/0\t0/1\t1/1\n" for place in range(5)]
    found = files.keep(vcf(tmp_path, *lines), tmp_path / "kept.bed")
    assert doses(tmp_path / "kept.bed", found).tolist() == [[0] * 5, [1] * 5, [2] * 5]


def test_vcf_without_lengths_does_not_say_its_build(tmp_path):
    head = HEAD.replace(",length=248956422", "")
    assert files.keep(vcf(tmp_path, LINES[0], head=head), tmp_path / "kept.bed").build == ""
    bare = "".join(line for line in HEAD.splitlines(keepends=True) if "contig" not in line)
    assert files.keep(vcf(tmp_path, LINES[0], head=bare), tmp_path / "kept.bed").build == ""


@pytest.mark.parametrize(
    ("lines", "head", "told"),
    [
        (LINES, "no header\n", "no VCF or BCF"),
        (LINES, HEAD.replace("\tp1\tp2\tp3", ""), "no VCF or BCF"),
        ((), HEAD.replace("\tFORMAT\tp1\tp2\tp3", ""), "names nobody"),
        ((), HEAD.replace("p3", "p1"), "somebody twice|no VCF"),
        (("chr1\t100\t.\tA\tG\t.\t.\t.\tGT\t0\t0\t1\n",), HEAD, "not two copies"),
        (("chr1\t100\t.\tA\tG\t.\t.\t.\tGT\t0/0\t0/3\t1/1\n",), HEAD, "an allele that the line has not"),
        (("chr1\there\t.\tA\tG\t.\t.\t.\tGT\t0/0\t0/1\t1/1\n",), HEAD, "damaged after"),
    ],
)
def test_vcf_that_is_not_sound_is_refused(tmp_path, lines, head, told):
    with pytest.raises(InvalidError, match=told) as found:
        files.keep(vcf(tmp_path, *lines, head=head), tmp_path / "kept.bed")
    assert found.value.remedy


def test_plink_file_is_kept_in_its_order(tmp_path):
    made = people.pooled(persons=10, variants=12)
    source = people.write(tmp_path, made, rows=np.arange(10))

    found = files.keep(source, tmp_path / "kept.bed")

    assert found.people == tuple(made.frame["iid"])
    assert (doses(tmp_path / "kept.bed", found) == made.doses).all()
    assert found.build == ""


def test_variants_that_studies_cannot_use_are_left_out(tmp_path):
    made = people.pooled(persons=6, variants=4)
    source = people.write(tmp_path, made, rows=np.arange(6))
    bim = source.with_suffix(".bim")
    lines = bim.read_text().splitlines()
    bim.write_text("\n".join([lines[0].replace("chr1", "X"), *lines[1:3], lines[3].replace("\tT\t", "\t0\t")]) + "\n")

    found = files.keep(source, tmp_path / "kept.bed")

    assert len(found.columns) + found.left_out == 4
    assert found.left_out >= 1
    kept = doses(tmp_path / "kept.bed", found)
    assert (kept == made.doses[:, 1 : 1 + kept.shape[1]]).all()


def broken(part, change):
    def change_it(source: Path) -> None:
        path = source.with_suffix(part)
        if change is None:
            path.unlink()
        else:
            path.write_bytes(change(path.read_bytes()))

    return change_it


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (broken(".bim", None), "does not lie beside"),
        (broken(".fam", lambda _content: b""), "names nobody"),
        (broken(".fam", lambda content: content + content.splitlines(keepends=True)[0]), "somebody twice"),
        (broken(".bim", lambda content: content.replace(b"1000", b"here")), "no position"),
        (broken(".bim", lambda content: content + b"1 2 3\n"), "3 columns"),
        (broken(".bed", lambda content: content[:-1]), "bytes where"),
        (broken(".bed", lambda content: b"\x6c\x1b\x00" + content[3:]), "order of variants"),
    ],
)
def test_plink_file_that_is_not_sound_is_refused(tmp_path, change, told):
    source = people.write(tmp_path, people.pooled(persons=6, variants=4), rows=np.arange(6))
    change(source)
    with pytest.raises(InvalidError, match=told) as found:
        files.keep(source, tmp_path / "kept.bed")
    assert found.value.remedy


def test_other_files_hold_no_genotypes(tmp_path):
    assert files.is_genotypes(Path("a.VCF.gz"))
    assert not files.is_genotypes(Path("a.csv"))
    with pytest.raises(InvalidError, match="no genotypes"):
        files.keep(tmp_path / "a.csv", tmp_path / "kept.bed")


@pytest.mark.parametrize("limit", ["MOST_PEOPLE", "MOST_COLUMNS"])
def test_file_of_too_much_is_refused(tmp_path, monkeypatch, limit):
    monkeypatch.setattr(files, limit, 2)
    made = people.pooled(persons=6, variants=4)
    lines = [f"chr1\t{100 + place}\t.\tA\tG\t.\t.\t.\tGT\t0/0\t0/1\t1/1\n" for place in range(3)]
    for source in (people.write(tmp_path, made, rows=np.arange(6)), vcf(tmp_path, *lines)):
        with pytest.raises(InvalidError, match="people and"):
            files.keep(source, tmp_path / "kept.bed")
