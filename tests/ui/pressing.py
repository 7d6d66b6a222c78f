"""The button of the form in front: another one each time the form was answered."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button


def hand_in(app: AppTest) -> Button:
    """Return the button that hands in the form in front."""
    (found,) = [button for button in app.button if str(button.key).startswith("hand-in-")]
    return found
