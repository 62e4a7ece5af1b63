"""Two changes of one thing, put together field by field."""

from app.core.merging import three_way

WAS = {"a": "1", "b": "1", "c": "1"}


def test_what_only_one_of_us_changed_is_kept_of_both() -> None:
    merged = three_way(WAS, {"a": "2", "b": "1", "c": "1"}, {"a": "1", "b": "3", "c": "1"})
    assert merged.values == {"a": "2", "b": "3", "c": "1"}
    assert merged.changed == {"b"}
    assert merged.clashes == {}


def test_what_both_changed_differently_is_a_clash_and_the_same_change_is_none() -> None:
    merged = three_way(WAS, {"a": "2", "b": "5", "c": "1"}, {"a": "3", "b": "5"})
    assert merged.clashes == {"a": "2"}
    assert merged.changed == {"a"}
    assert merged.values["c"] == "1"
