"""Scripts of our pages, as components whose script is a file of this server.

A script that is given as text would be imported from a `blob:` address, which the policy of our pages does not allow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

HOME = Path(__file__).parent.parent / "live"
ASSETS = "assets"
"""Folder that the server gives to anybody: scripts, and nothing else."""
PACKAGE = "incident-drill"


def packaged(name: str, **how: Any) -> Any:
    """Return the component whose script is `assets/NAME.js`, as `st.components.v2.component` makes it."""
    manager = get_bidi_component_manager()
    if manager.get_component_path(f"{PACKAGE}.{name}") is None:
        # As if Streamlit had found it in an installed package's `pyproject.toml`; so it is also found where this
        # program runs from its source.
        config = ComponentConfig(name, ASSETS)
        manager.register_from_manifest(ComponentManifest(PACKAGE, "0", [config]), HOME)
    return st.components.v2.component(f"{PACKAGE}.{name}", js=f"{name}.js", **how)
