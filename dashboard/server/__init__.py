"""The server: Streamlit's own ASGI application behind a gate that answers only its own hosts and pages.

A browser lets every open page send requests to this machine. So a request that names another host, comes from another
origin, or asks for something that the product does not use is refused here, before Streamlit reads it, without a login.
`streamlit.starlette.App` gives the pages, uvicorn the sockets.

Not here: who may see which schools. `access` decides that, `warehouse` enforces it.
"""
