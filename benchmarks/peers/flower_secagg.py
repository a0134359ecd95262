"""Run Flower's SecAgg+ workflow and client mod in this process; print seconds and error.

Arguments: sites, numbers. Messages are handed over without a network. The copies that
stand for it (the mod empties the message it gets) are made outside the measured time.
"""

import copy
import json
import logging
import statistics
import sys
import time

import flwr
import numpy as np
from flwr.client.mod import secaggplus_mod
from flwr.common import Code, ConfigRecord, Context, FitRes, Message, RecordDict, Status, ndarrays_to_parameters
from flwr.compat.common.recorddict_compat import fitres_to_recorddict, parameters_to_arrayrecord
from flwr.server import LegacyContext, ServerConfig
from flwr.server.client_manager import SimpleClientManager
from flwr.server.client_proxy import ClientProxy
from flwr.server.strategy import FedAvg
from flwr.server.workflow import SecAggPlusWorkflow
from flwr.server.workflow.constant import MAIN_CONFIGS_RECORD, MAIN_PARAMS_RECORD, Key
from flwr.supercore.task_identity import TaskIdentity

logging.getLogger("flwr").setLevel(logging.ERROR)
Values = dict[int, np.ndarray]
SITES, SIZE = int(sys.argv[1]), int(sys.argv[2])
TaskIdentity.task_id = TaskIdentity.run_id = TaskIdentity.node_id = 1


class Proxy(ClientProxy):
    def __init__(self, node_id: int) -> None:
        super().__init__(str(node_id))
        self.node_id = node_id

    get_properties = get_parameters = fit = evaluate = reconnect = None


Proxy.__abstractmethods__ = frozenset()


class Grid:
    """Hand every message to its client at once."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.contexts = {
            node: Context(run_id=1, node_id=node, node_config={}, state=RecordDict(), run_config={}) for node in values
        }
        self.copying = 0.0

    def send_and_receive(self, messages: list[Message], *, timeout: float | None = None) -> list[Message]:
        assert timeout is None
        replies = []
        for message in messages:
            before = time.perf_counter()
            mine = copy.deepcopy(message)
            self.copying += time.perf_counter() - before
            replies.append(secaggplus_mod(mine, self.contexts[mine.metadata.dst_node_id], self.fit))
        return replies

    def fit(self, message: Message, _context: Context) -> Message:
        parameters = ndarrays_to_parameters([self.values[message.metadata.dst_node_id]])
        result = FitRes(Status(Code.OK, ""), parameters, num_examples=1, metrics={})
        return Message(fitres_to_recorddict(result, keep_input=False), reply_to=message)


def run(values: Values) -> tuple[float, np.ndarray]:
    clients = SimpleClientManager()
    for node in values:
        clients.register(Proxy(node))
    strategy = FedAvg(min_fit_clients=SITES, min_available_clients=SITES, fraction_fit=1.0)
    context = LegacyContext(
        Context(run_id=1, node_id=1, node_config={}, state=RecordDict(), run_config={}),
        ServerConfig(num_rounds=1),
        strategy,
        clients,
    )
    context.state.config_records[MAIN_CONFIGS_RECORD] = ConfigRecord({Key.CURRENT_ROUND: 1})
    start = ndarrays_to_parameters([np.zeros(1)])
    context.state.array_records[MAIN_PARAMS_RECORD] = parameters_to_arrayrecord(start, keep_input=True)
    workflow = SecAggPlusWorkflow(num_shares=SITES, reconstruction_threshold=SITES - 1, max_weight=1)
    grid = Grid(values)
    before = time.perf_counter()
    workflow(grid, context)
    taken = time.perf_counter() - before - grid.copying
    mean = context.state.array_records[MAIN_PARAMS_RECORD].to_numpy_ndarrays()[0]
    return taken, mean


drawn = np.random.default_rng(7).uniform(-1, 1, (SITES, SIZE))
values = {node + 2: drawn[node] for node in range(SITES)}
runs = [run(values) for _ in range(6)][1:]
error = float(np.abs(runs[0][1] * SITES - drawn.sum(axis=0)).max())
print(json.dumps({"version": flwr.__version__, "seconds": statistics.median(r[0] for r in runs), "error": error}))
