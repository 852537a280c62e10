"""Where a client keeps how far it came."""

import json
import os


class CursorFile:
    """How far a client came, in a file that is replaced as a whole: after a crash it holds what was
    saved last or before, never more. `mark` is the caller's own and saved with it."""

    def __init__(self, path):
        self.path, self.position, self.mark = path, None, None
        try:
            with open(path, encoding="utf-8") as file:
                saved = json.load(file)
            self.position = int(saved["journal"], 16), int(saved["epoch"]), int(saved["sequence"])
            self.mark = saved["mark"]
        except FileNotFoundError:
            pass
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} holds no cursor ({error!r}): repair it, or move it away to "
                             "start anew") from error

    def save(self, position, mark=None):
        journal_id, epoch, sequence = position
        with open(f"{self.path}.new", "w", encoding="utf-8") as file:
            json.dump({"journal": f"{journal_id:016x}", "epoch": epoch,
                       "sequence": sequence, "mark": mark}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(f"{self.path}.new", self.path)
        self.position, self.mark = position, mark
