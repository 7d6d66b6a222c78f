"""The pages, one file each; `ui.pages` lists them. Not called `pages/`: Streamlit would show that by itself."""
