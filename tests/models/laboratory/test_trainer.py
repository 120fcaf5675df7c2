"""The training loop: seeds, early stopping, resuming, and checkpoints that cannot run code."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed: the trainer is not tested")

from mien.models.laboratory import trainer  # noqa: E402
from mien.models.laboratory.trainer import Examples, Plan, RunError  # noqa: E402

PLAN = Plan(epochs=6, patience=6, batch=8, rate=0.05)


def examples(count: int = 48, seed: int = 0) -> Examples:
    random = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 4, generator=random)
    return Examples((x,), (x[:, 0] > 0).long(), torch.full((count,), -1))


def network() -> "torch.nn.Module":
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.2), torch.nn.Linear(8, 2))


def accuracy(truth: np.ndarray, probability: np.ndarray) -> float:
    return float((probability.argmax(1) == truth).mean())


def fit(folder: Path, plan: Plan = PLAN, **more: Any) -> tuple["torch.nn.Module", list[dict[str, float]]]:
    net = network()
    arguments = {"configuration": {}, **more}
    return net, trainer.fit(net, examples(), examples(24, 1), accuracy, plan, folder, **arguments)


def same(a: "torch.nn.Module", b: "torch.nn.Module") -> bool:
    return all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))


def test_what_can_be_learned_is_learned_and_the_run_folder_tells_how(tmp_path: Path) -> None:
    _, curve = fit(tmp_path / "run")
    assert max(point["score"] for point in curve) > 0.85
    assert {f.name for f in (tmp_path / "run").iterdir()} == {
        "configuration.json", "checkpoint.pt", "best.pt", "curve.csv", "curve.png",
    }  # fmt: skip
    assert json.loads((tmp_path / "run" / "configuration.json").read_text())["plan"]["epochs"] == 6


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    assert same(fit(tmp_path / "a")[0], fit(tmp_path / "b")[0])


def test_a_run_that_was_broken_off_resumes_to_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, curve = fit(tmp_path / "whole")
    save, saved = trainer._save, []

    def save_then_break(*arguments: Any) -> None:
        save(*arguments)
        saved.append(1)
        if len(saved) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(trainer, "_save", save_then_break)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "broken")
    monkeypatch.setattr(trainer, "_save", save)
    resumed, again = fit(tmp_path / "broken")
    assert again == curve
    assert same(whole, resumed)


def test_training_stops_when_the_score_no_longer_rises_and_keeps_the_best_weights(tmp_path: Path) -> None:
    scores = iter([0.5, 0.9, 0.8, 0.7, 0.6, 0.5])
    net, curve = network(), []
    best: list[Any] = []

    def score(_truth: np.ndarray, _probability: np.ndarray) -> float:
        value = next(scores)
        best.append([p.detach().clone() for p in net.parameters()])
        return value

    plan = Plan(epochs=6, patience=2, batch=8)
    curve = trainer.fit(net, examples(), examples(8), score, plan, tmp_path, {})
    assert [point["score"] for point in curve] == [0.5, 0.9, 0.8, 0.7]
    assert all(torch.equal(p, q) for p, q in zip(net.parameters(), best[1], strict=True))


def test_a_folder_of_another_configuration_is_not_resumed(tmp_path: Path) -> None:
    fit(tmp_path)
    with pytest.raises(RunError, match="belongs to another configuration; give --fresh"):
        fit(tmp_path, Plan(epochs=7, patience=6, batch=8, rate=0.05))


def test_a_fresh_start_forgets_the_checkpoint(tmp_path: Path) -> None:
    fit(tmp_path)
    _, curve = fit(tmp_path, Plan(epochs=2, patience=6, batch=8), resume=False)
    assert len(curve) == 2


class Trap:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (exec, ("raise SystemExit('code of a checkpoint ran')",))


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    fit(tmp_path)
    torch.save({"net": Trap()}, tmp_path / "checkpoint.pt", pickle_module=pickle)
    with pytest.raises(RunError, match="cannot be resumed"):
        fit(tmp_path)


def test_class_weights_have_mean_one_over_the_items() -> None:
    counts = torch.tensor([90, 10])
    weight = trainer.class_weights(counts, 0.5)
    assert float((weight * counts).sum()) == pytest.approx(100)
    assert float(weight[1] / weight[0]) == pytest.approx(3)


def test_an_epoch_holds_at_most_so_many_items_of_a_class() -> None:
    labels = torch.tensor([0] * 50 + [1] * 5)
    order = trainer._order(labels, 10, torch.Generator().manual_seed(0))
    assert torch.bincount(labels[order]).tolist() == [10, 5]


def test_the_auxiliary_task_counts_only_where_its_label_is_known() -> None:
    class Two(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = torch.nn.Linear(4, 2)

        def forward(self, x: "torch.Tensor") -> tuple["torch.Tensor", "torch.Tensor"]:
            return self.one(x), torch.stack((x[:, 0], -x[:, 0]), 1)

    net, batch = Two(), examples(6)
    plan = Plan(main=0.8, smoothing=0.0)
    weight, where = torch.ones(2), torch.device("cpu")
    main = torch.nn.functional.cross_entropy(net(batch.inputs[0])[0], batch.labels)
    assert torch.equal(trainer._loss(net, batch.inputs, batch, weight, plan, where), main)
    known = Examples(batch.inputs, batch.labels, torch.tensor([1, -1, -1, -1, -1, -1]))
    side = torch.nn.functional.cross_entropy(net(batch.inputs[0])[1][:1], torch.tensor([1]))
    found = trainer._loss(net, known.inputs, known, weight, plan, where)
    torch.testing.assert_close(found, 0.8 * main + 0.2 * side)
