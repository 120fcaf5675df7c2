"""A pretrained encoder by path: here one of four numbers a subword, built on the spot."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed: encoders are not tested")
onnx = pytest.importorskip("onnx")
pytest.importorskip("tokenizers", reason="tokenizers is not installed: encoders are not tested")

from mien.models.laboratory import run, sets  # noqa: E402
from mien.models.laboratory.encoder import BEFORE, LINE, LONGEST, Encoder, EncoderError  # noqa: E402
from mien.models.laboratory.methods import METHODS, with_encoder  # noqa: E402
from mien.models.laboratory.trainer import RunError  # noqa: E402

WORDS = ("<s>", "</s>", "<unk>", *"the table is here great wonderful yes hate this stop".split())  # noqa: SIM905


def write_encoder(folder: Path, width: int = 16) -> Path:
    """Write a lookup table as an ONNX encoder, and a tokenizer that splits at spaces as RoBERTa's frames."""
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    table = np.random.default_rng(0).normal(0, 1, (len(WORDS), width)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["looked_up"]),
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
            helper.make_node("Mul", ["looked_up", "wide"], ["last_hidden_state"]),
        ],
        "encoder",
        [
            helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "t"])
            for n in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["b", "t", width])],
        [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([2]), "last")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(folder / "tiny.onnx"))
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="<unk>"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder / "tiny.onnx"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder.open(write_encoder(tmp_path_factory.mktemp("encoder")))


def lines(*said: tuple[str, str]) -> list[sets.Entry]:
    return [
        sets.Entry(Path("x"), "joy", d, "", "train", {"dialogue": d, "speaker": "A", "text": text})
        for d, text in said
    ]


def test_a_line_stands_after_the_line_before_it_in_its_own_dialogue(encoder: Encoder) -> None:
    entries = lines(("0", "great"), ("0", "hate this"), ("1", "yes"))
    segments, lengths = encoder.layout(entries)
    assert lengths.tolist() == [3, 7, 3]
    assert set(segments[0, :3]) == set(segments[2, :3]) == {LINE}
    assert (segments[1] == LINE).sum() == 2
    assert (segments[1] == BEFORE).sum() == 5
    assert (segments[:, 7:] == 0).all()
    alone = encoder.vectors(lines(("0", "yes")))
    assert np.array_equal(encoder.vectors(entries)[2], alone[0])


def test_a_long_line_is_cut(encoder: Encoder) -> None:
    entries = lines(("0", "yes " * 500), ("0", "stop " * 500))
    assert encoder.vectors(entries).shape == (2, LONGEST, 16)
    assert encoder.layout(entries)[1].max() <= LONGEST


def test_a_row_is_trained_on_its_vectors_brought_back_and_exported(
    encoder: Encoder, data: Path, tmp_path: Path
) -> None:
    method = with_encoder(METHODS["text_bilstm_mha"], encoder)
    quick = replace(method, plan=replace(method.plan, epochs=12, patience=12, batch=8, rate=0.01))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "FEW", 0)
        row = run.train(quick, sets.read(data / "text_toy"), tmp_path)
    assert row.method == "text_bilstm_mha+tiny"
    assert row.scores["accuracy"]["value"] > 0.8
    folder = tmp_path / row.name
    again = run.evaluate(folder, data / "text_toy" / "dev.csv")
    assert again["accuracy"] == pytest.approx(row.scores["accuracy"]["value"])
    assert run.export(folder, tmp_path / "net.onnx") < 1e-4
    configuration = json.loads((folder / "configuration.json").read_text())
    configuration["encoder"]["digest"] = "0" * 64
    (folder / "configuration.json").write_text(json.dumps(configuration))
    with pytest.raises(RunError, match="is not the encoder that this run was trained with"):
        run.load(folder, tmp_path / "cache")


def test_rows_that_read_no_text_take_no_encoder(encoder: Encoder) -> None:
    with pytest.raises(EncoderError, match="vgg_expression takes no encoder"):
        with_encoder(METHODS["vgg_expression"], encoder)


def test_files_that_are_no_encoder_are_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="no such file"):
        Encoder.open(tmp_path / "none.onnx")
    model = write_encoder(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(EncoderError, match=r"is not a tokenizer\.json"):
        Encoder.open(model)
    write_encoder(tmp_path)
    model.write_bytes(b"not onnx")
    with pytest.raises(EncoderError, match="is not a readable ONNX file"):
        Encoder.open(model)


def test_a_network_of_another_form_is_refused_with_what_it_should_be(tmp_path: Path) -> None:
    model = write_encoder(tmp_path)
    loaded = onnx.load(str(model))
    del loaded.graph.output[:]
    loaded.graph.output.append(onnx.helper.make_tensor_value_info("mask", 1, ["b", "t"]))
    onnx.save(loaded, str(model))
    with pytest.raises(EncoderError, match="should take input_ids"):
        Encoder.open(model)
