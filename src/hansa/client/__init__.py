"""The fourth door: a node from Python, ready for a notebook.

    import hansa

    node = hansa.connect("https://hansa.hospital.example", token="hansa_…")
    study = node.studies.propose(protocol=Path("protocol.yaml"))
    result = node.studies.wait(study)
    result.to_pandas("adjusted")
    result.plot("rfs")

Every action of the node is a method here, built from the node's own description of it;
nothing but ``hansa.lib`` is needed.
"""

from hansa.client.node import Node, connect
from hansa.client.records import Record, Records
from hansa.client.result import Result
from hansa.client.studies import Studies

__all__ = ["Node", "Record", "Records", "Result", "Studies", "connect"]
