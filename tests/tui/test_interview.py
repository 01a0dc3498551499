"""The interview without a screen: what was said, where it is, and what an answer moved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import InputError
from advisor.inquiry import interview as talk
from advisor.inquiry import transcript
from advisor.inquiry.interview import Asked, Interview
from advisor.inquiry.movement import moved
from advisor.loading.answers import LEVELS
from advisor.model.answers import Answer
from advisor.model.vocabulary import Attribute
from tui.stories import session

BASE = session().base
TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12).filter(str.isprintable)


def values(attribute: Attribute) -> st.SearchStrategy[Answer]:
    """Answers to a key as they are once they are checked."""
    whole = st.integers(int(attribute.least or 0), 10**9)
    number = st.floats(attribute.least or 0, 1e11, allow_nan=False)
    kinds: dict[str, st.SearchStrategy[Answer]] = {
        "word": st.sampled_from(attribute.words or ("",)),
        "words": st.sets(st.sampled_from(attribute.words or ("",))).map(
            lambda found: tuple(word for word in attribute.words if word in found)
        ),
        "number": whole if attribute.whole else st.one_of(whole, number),
        "text": TEXT.filter(lambda text: text != "unknown"),
        "numbers": st.dictionaries(st.sampled_from(attribute.words or ("",)), st.integers(1, 10**6)).map(
            lambda found: {word: min(n, int(attribute.most.get(word, n))) for word, n in sorted(found.items())}
        ),
        "levels": st.dictionaries(st.sampled_from([c.id for c in BASE.criteria]), st.sampled_from(LEVELS)).map(
            lambda found: dict(sorted(found.items()))
        ),
    }
    return kinds[attribute.kind]


INTERVIEWS = (
    st.lists(st.sampled_from(BASE.vocabulary.answers), unique_by=lambda attribute: attribute.name)
    .flatmap(
        lambda found: st.tuples(*(st.tuples(st.just(a.name), st.none() | values(a)) for a in found)),
    )
    .map(lambda pairs: Interview(dict(pairs)))
)


@given(INTERVIEWS)
def test_what_is_written_down_is_read_again_as_it_was(interview: Interview) -> None:
    again = transcript.read(transcript.written(interview).encode(), "answers.yaml", BASE)
    assert again == interview
    assert list(again.said) == list(interview.said)
    assert {key: type(value) for key, value in again.said.items()} == {
        key: type(value) for key, value in interview.said.items()
    }


def test_a_file_in_other_words_is_refused_with_its_place() -> None:
    with pytest.raises(InputError, match=r"old\.yaml:1 domain"):
        transcript.read(b"domain: alchemy\n", "old.yaml", BASE)


def asked(interview: Interview) -> Asked | None:
    here = session()
    return talk.next_question(interview, here.adviser, here.consult(talk.answers(interview, BASE.vocabulary)))


def key_of(interview: Interview) -> str:
    question = asked(interview)
    return question.attribute.name if question else ""


def test_the_next_question_is_the_one_that_a_recommendation_names_first() -> None:
    for said in ({}, {"domain": "cv"}, {"domain": "nlp", "train_hw": "amd_gpu"}):
        questions = session().recommend(said, full=True).questions
        assert key_of(Interview(said)) == questions[0].key
        assert asked(Interview(said)).could_become == questions[0].could_become  # type: ignore[union-attr]


def test_what_is_not_known_is_not_asked_again() -> None:
    interview, seen = Interview(), []
    while key := key_of(interview):
        seen.append(key)
        interview = talk.answer(interview, key, None)
    assert len(seen) == len(set(seen)) > 3
    assert talk.answers(interview, BASE.vocabulary) == {}


def test_going_back_leads_through_every_answer_to_the_first() -> None:
    interview = Interview({"domain": "cv", "task": None, "train_hw": "cpu"})
    seen = []
    for _ in range(4):
        interview = talk.back(interview)
        seen.append(interview.at)
    assert seen == ["train_hw", "task", "domain", "domain"]
    changed = talk.answer(interview, "domain", "nlp")
    assert list(changed.said.items()) == [("domain", "nlp"), ("task", None), ("train_hw", "cpu")]
    assert changed.at == ""
    assert talk.back(Interview()) == Interview()


def test_an_answer_that_is_taken_back_is_asked_again() -> None:
    interview = talk.take_back(Interview({"domain": "cv", "task": "train"}), "domain")
    assert interview.said == {"task": "train"}
    assert key_of(interview) == "domain"


@pytest.mark.parametrize("key", ["sizes", "priorities"])
def test_what_no_single_question_asks_for_is_not_asked_when_it_is_gone_to(key: str) -> None:
    said: dict[str, Answer | None] = {"domain": "cv", "sizes": {"batch": 4}, "priorities": {"speed": "must"}}
    for interview in (talk.go_to(Interview(said), key), talk.take_back(Interview(said), key)):
        question = asked(interview)
        assert question is not None
        assert question.attribute.kind not in ("numbers", "levels")


def test_a_word_leads_where_answering_with_it_leads() -> None:
    question = asked(Interview({"domain": "cv", "train_hw": "nvidia_gpu"}))
    assert question is not None
    assert question.leads_to
    for word, leader in question.leads_to.items():
        said = {"domain": "cv", "train_hw": "nvidia_gpu", question.attribute.name: word}
        assert session().recommend(said, full=False).ranking[0].option == leader


@pytest.mark.parametrize(("key", "typed"), [("latency_ms", "fast"), ("accelerator_count", "1.5"), ("domain", "x")])
def test_what_was_typed_and_is_no_answer_is_refused(key: str, typed: str) -> None:
    with pytest.raises(InputError, match=key if key == "domain" else "number"):
        talk.understood(key, typed, BASE)


def test_what_was_typed_is_understood_by_kind() -> None:
    assert talk.understood("latency_ms", "2.5", BASE) == 2.5
    assert talk.understood("accelerator", "h100+mi300x", BASE) == "h100+mi300x"
    assert talk.understood("python_version", "3.10", BASE) == "3.10"
    assert talk.understood("domain", "unknown", BASE) is None


def test_what_moved_names_who_is_out_and_who_is_first() -> None:
    here = session()
    nothing, jax = here.consult({}), here.consult({"domain": "scientific_ml"})
    assert moved(nothing, nothing) == "Nothing moved."
    assert moved(nothing, jax).startswith("First now: jax, before pytorch; moved most: ")
    out = here.consult({"domain": "scientific_ml", "train_hw": "google_tpu", "train_os": "linux", "task": "train"})
    assert moved(jax, out).startswith("Ruled out: ")
    assert moved(out, jax).startswith("Back in: ")


def test_every_option_stands_somewhere_the_excluded_last_with_their_reasons() -> None:
    found = talk.standings(session().consult({"domain": "cv"}))
    assert {standing.option for standing in found} == set(BASE.frameworks)
    assert [bool(standing.against) for standing in found] == sorted(bool(standing.against) for standing in found)
    scores = [standing.score for standing in found if not standing.against]
    assert scores == sorted(scores, reverse=True)
