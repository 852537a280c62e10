"""A client of Hookwire's event stream, to be copied as a folder. Needs pyzmq, msgpack and crcmod:
python3-zmq, python3-msgpack and python3-crcmod in Debian.

    with Stream("ipc://var/sockets/gold.stream", CursorFile("gold.cursor")) as stream:
        for items in stream:        # the events and gaps at hand, in order; may be none
            keep(items)
            stream.commit()         # only now the cursor moves

docs/subscribing.md tells more, docs/wire.md specifies what is on the wire.
"""

from .cursor_file import CursorFile
from .event import Event, Fault
from .feed import Gap
from .stream import Displaced, Stream

__all__ = ["CursorFile", "Displaced", "Event", "Fault", "Gap", "Stream"]
