import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.genomics.panel import Variant, complement, variants


def test_panel_names_a_variant_a_line():
    text = "# a comment\nchr1 55039974 g T\n\n19:44908684:T:CAG\n"
    assert variants(text) == (Variant("1", 55039974, "G", "T"), Variant("19", 44908684, "T", "CAG"))
    assert variants(text)[0].text == "1:55039974:G:T"
    assert variants(text)[0].place == ("1", 55039974)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1 100 A", "Line 2 of the panel has not four parts"),
        ("X 100 A G", "chromosome 'X'"),
        ("23 100 A G", "chromosome '23'"),
        ("1 0 A G", "position '0'"),
        ("1 -5 A G", "position '-5'"),
        ("1 ² A G", "position '²'"),
        ("1 999999999 A G", "position '999999999'"),
        ("1 100 A <DEL>", "allele '<DEL>'"),
        ("1 100 A a", "the same allele twice"),
        ("2 10 G T", "names 2:10:G:T twice"),
        ("2 10 T G", "names 2:10:T:G twice"),
    ],
)
def test_fault_is_named_with_its_line(line, told):
    with pytest.raises(InvalidError, match=told) as found:
        variants(f"2 10 G T\n{line}\n")
    assert found.value.remedy


def test_panel_without_variants_is_refused():
    with pytest.raises(InvalidError, match="names no variant"):
        variants("# nothing\n")


def test_strand_cannot_be_told_where_alleles_are_each_others_complement():
    assert complement("AAC") == "GTT"
    assert Variant("1", 1, "A", "T").is_palindromic
    assert Variant("1", 1, "AT", "AT").is_palindromic
    assert not Variant("1", 1, "A", "G").is_palindromic
