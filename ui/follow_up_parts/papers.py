"""Documents of the drill: which one, in which form, with names or without, ours or by the team's own template."""

from __future__ import annotations

import streamlit as st

from simulator.errors import DrillError
from simulator.room.archive import export
from ui import session
from ui.follow_up_parts.opened import OpenedDrill, as_it_stands
from ui.parts.live import SERVER
from ui.parts.text import plain, sentence
from ui.reports.fill import LARGEST_TEMPLATE
from ui.reports.finished import Finished
from ui.reports.registry import MIME, REPORTS, Format, file_name, formats, report

FORMS = {"html": "Page (prints)", "md": "Markdown", "json": "JSON", "csv": "CSV"}
KIND, FORM, NAMELESS, OWN = "paper-kind", "paper-form", "paper-nameless", "paper-own"
SCALE = {4: "4 as good as it can be", 3: "3", 2: "2", 1: "1 missing"}
PLACE = "objective-rating"


def papers_view(here: OpenedDrill) -> None:
    """Draw what can be taken away, with a look at it."""
    kind = st.selectbox("Document", list(REPORTS), key=KIND, format_func=lambda one: REPORTS[one].title)
    st.html(f'<p class="quiet">{plain_about(kind)}</p>')
    with st.container(horizontal=True, vertical_alignment="bottom", key="paper-how"):
        form: Format = st.selectbox("Form", _forms(kind), key=FORM,
                                    format_func=FORMS.__getitem__)  # fmt: skip
        st.toggle("Without names", key=NAMELESS, help="For whoever was not in it: people go by their seats.")
    with st.expander("By your own template", key="paper-own-box"):
        st.file_uploader(
            "Markdown template", key=OWN, max_upload_size=1,
            help="Your own document with {{ fields }} in it; docs/reports.md names the fields.",
        )  # fmt: skip
    try:
        drill, own = as_it_stands(here), _own(form)
        nameless = bool(st.session_state.get(NAMELESS))
        key = f"{here.key} {drill.digest}"
        text, shown = (_document(key, kind, one, nameless, own, drill) for one in (form, "md"))
    except DrillError as error:
        st.error(sentence(error), icon=":material/error:")
        return
    with st.container(horizontal=True, key="paper-take"):
        st.download_button(
            f"Download {plain(REPORTS[kind].title.lower())}", text, file_name(drill, kind, form), MIME[form],
            on_click="ignore", type="primary", icon=":material/download:", key="paper-download",
        )  # fmt: skip
        if here.person.facilitator:
            whole = f"{here.room.row.header.scenario}-{here.room.row.code}.jsonl"
            st.download_button(
                "Whole drill in one file", lambda: "\n".join(export(SERVER.rooms.store, here.room.row.id)) + "\n",
                whole, "application/jsonl", on_click="ignore", icon=":material/inventory_2:", key="paper-whole",
                help="Journal, clock log, corrections, notes, follow-through and survey; `drill import` takes it in.",
            )  # fmt: skip
    if here.person.facilitator:
        _objectives(here)
    with st.container(border=True, key="paper-look"):
        st.markdown(shown_markdown(shown))


def plain_about(kind: str) -> str:
    """Return what a document is for."""
    return plain(REPORTS[kind].about)


def shown_markdown(text: str) -> str:
    """Return a document for a look at it: what people typed is escaped in it already."""
    return text


def _forms(kind: str) -> list[Format]:
    return sorted(formats(kind), key=list(FORMS).index)


def _own(form: Format) -> tuple[str, str] | None:
    """Return the team's own template and its name, None without one. Raises DrillError."""
    file = st.session_state.get(OWN)
    if file is None or form not in ("md", "html"):
        return None
    data = file.getvalue()
    if len(data) > LARGEST_TEMPLATE:
        raise DrillError(f"{file.name}: a template has at most {LARGEST_TEMPLATE:,} bytes; shorten it")
    try:
        return data.decode("utf-8"), file.name
    except UnicodeDecodeError:
        raise DrillError(f"{file.name}: not UTF-8 text; save it as UTF-8") from None


@st.cache_resource(max_entries=64, show_spinner=False)
def _document(
    key: str, kind: str, form: Format, nameless: bool, own: tuple[str, str] | None, _drill: Finished
) -> str:
    """Return a document, made once; `key` must differ whenever anything in the drill does."""
    return report(_drill.without_names() if nameless else _drill, kind, form, own)


def _objectives(here: OpenedDrill) -> None:
    """Let a facilitator rate each objective; it stands in the report beside what the record shows."""
    with st.expander("Rate the objectives, for the report", key="objectives"):
        mine = {
            note.criterion: note.rating for note in here.room.notes(here.person)
            if note.kind == "rating" and note.author == here.person.name
        }  # fmt: skip
        for one in here.drill.scenario.objectives:
            key = f"{PLACE}-{one.id}"
            st.session_state.setdefault(key, mine.get(f"objective:{one.id}"))
            st.segmented_control(
                plain(f"{one.title} ({one.target})"), list(SCALE), key=key, format_func=SCALE.__getitem__,
                on_change=_rate, args=(here, one.id, key),
            )  # fmt: skip


@session.callback(PLACE)
def _rate(here: OpenedDrill, objective: str, key: str) -> None:
    rating = st.session_state.get(key)
    if rating is not None:
        here.room.note(here.person, "rating", criterion=f"objective:{objective}", rating=int(rating))
