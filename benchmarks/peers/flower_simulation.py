"""Run the federated logistic regression in Flower's simulation, from nothing to the result."""

import itertools
import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

STARTED = time.perf_counter()
sys.path.insert(0, str(Path(__file__).parent / "flower_glm"))

import flwr  # noqa: E402 - importing is part of the cold start
from federated_glm.app import client, server  # noqa: E402 - as above
from flwr.serverapp import ServerApp  # noqa: E402 - as above
from flwr.simulation import run_simulation  # noqa: E402 - as above

with TemporaryDirectory() as folder:
    answer = Path(folder) / "answer.json"
    told = ServerApp()

    @told.main()
    def main(grid: object, context: object) -> None:
        context.run_config["answer"] = str(answer)
        server(grid, context)

    run_simulation(told, client, num_supernodes=3, backend_config={"client_resources": {"num_cpus": 1}})
    found = json.loads(answer.read_text())
ends = found["rounds"]
rounds = [end - start for start, end in itertools.pairwise(ends)]
print(
    json.dumps(
        {
            "version": flwr.__version__,
            "seconds": time.perf_counter() - STARTED,
            "round": statistics.median(rounds),
            "coefficients": found["coefficients"],
        }
    )
)
