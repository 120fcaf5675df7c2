"""The papers' networks compute what their equations say."""

import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed: networks are not tested")

from mien.models.laboratory.networks.cnn_lstm import CnnLstm  # noqa: E402
from mien.models.laboratory.networks.enhance_reorganize import (  # noqa: E402
    EnhanceReorganize,
    enhance,
    reorganize,
)
from mien.models.laboratory.networks.gram_regression import GramRegression, Weighing  # noqa: E402
from mien.models.laboratory.networks.gru_mha import CrossAttention, GruMha  # noqa: E402
from mien.models.laboratory.networks.plain import Bpnn, Lstm  # noqa: E402
from mien.models.laboratory.networks.text_bilstm_mha import TextBiLstmMha  # noqa: E402
from mien.models.laboratory.networks.vgg_expression import VggExpression  # noqa: E402


def test_enhancement_is_the_row_softmax_of_the_self_match_matrix_times_the_sequence() -> None:
    u = torch.randn(2, 5, 3)
    for b in range(2):
        e = u[b] @ u[b].T  # (7)
        m = torch.exp(e) / torch.exp(e).sum(1, keepdim=True)  # (8)
        torch.testing.assert_close(enhance(u)[b], m @ u[b])  # (9)


def test_reorganization_interleaves_text_visual_acoustic_step_by_step() -> None:
    text, visual, acoustic = (
        torch.full((1, 2, 1), float(i)) + torch.tensor([[[0.0], [10.0]]]) for i in range(3)
    )
    assert reorganize([text, visual, acoustic]).flatten().tolist() == [0, 1, 2, 10, 11, 12]


def test_the_papers_gru_is_torchs_with_z_and_one_minus_z_exchanged() -> None:
    gru = torch.nn.GRU(2, 3, batch_first=True)
    x, h = torch.randn(2), torch.zeros(3)
    wr, wz, wn = gru.weight_ih_l0.chunk(3)
    ur, uz, un = gru.weight_hh_l0.chunk(3)
    br, bz, bn = gru.bias_ih_l0.chunk(3)
    cr, cz, cn = gru.bias_hh_l0.chunk(3)
    r = torch.sigmoid(wr @ x + ur @ h + br + cr)
    z = 1 - torch.sigmoid(wz @ x + uz @ h + bz + cz)
    candidate = torch.tanh(wn @ x + bn + r * (un @ h + cn))
    torch.testing.assert_close((1 - z) * h + z * candidate, gru(x[None, None])[0][0, 0])


def test_attention_with_the_last_state_as_query_weighs_values_by_scaled_products() -> None:
    net = TextBiLstmMha(9, 7, width=4, hidden=4, heads=1)
    outputs, last = torch.randn(1, 3, 8), torch.randn(1, 8)
    q, k, v = net.query(last)[0], net.key(outputs)[0], net.value(outputs)[0]
    a = torch.softmax(k @ q / 8**0.5, 0)  # (16)
    expected = net.project((a[:, None] * v).sum(0))  # (17, 18)
    torch.testing.assert_close(net.attend(outputs, last, torch.ones(1, 3))[0], expected)


def test_padding_changes_nothing_in_what_the_text_network_says() -> None:
    net = TextBiLstmMha(9, 7, width=8, hidden=8).eval()
    tokens, segments = torch.tensor([[3, 4, 5]]), torch.tensor([[2, 1, 1]])
    padded = torch.tensor([[3, 4, 5, 0, 0]]), torch.tensor([[2, 1, 1, 0, 0]])
    both = tuple(torch.cat((x, torch.ones_like(x))) for x in padded)
    alone = net(tokens, segments)[0]
    torch.testing.assert_close(net(*both, torch.tensor([3, 5]))[0][:1], alone)


def test_cross_attention_finds_in_the_other_sequence_and_only_there() -> None:
    attend = CrossAttention(8, 2)
    x, other = torch.randn(1, 3, 8), torch.randn(1, 4, 8)
    shuffled = other[:, [2, 0, 3, 1]]
    torch.testing.assert_close(attend(x, other), attend(x, shuffled))
    assert not torch.allclose(attend(x, other), attend(x, other + 1))


def test_the_gender_task_stands_beside_the_main_one() -> None:
    emotion, gender = GruMha(3, [5, 4])(torch.randn(2, 6, 5), torch.randn(2, 9, 4))
    assert emotion.shape == (2, 3)
    assert gender.shape == (2, 2)


@pytest.mark.parametrize(
    ("net", "inputs"),
    [
        (CnnLstm(7, 4), ((2, 3, 48, 48), (2, 10, 4))),
        (CnnLstm(7, 4, acoustic=False), ((2, 1, 48, 48),)),
        (CnnLstm(7, 4, visual=False), ((2, 10, 4),)),
        (EnhanceReorganize(7, [5, 4, 3]), ((2, 6, 5), (2, 9, 4), (2, 7, 3))),
        (EnhanceReorganize(7, [5]), ((2, 6, 5),)),
        (VggExpression(7), ((2, 1, 48, 48),)),
        (VggExpression(7), ((2, 3, 48, 48),)),
        (Bpnn(7, [5, 4]), ((2, 6, 5), (2, 9, 4))),
        (Lstm(7, [5, 4]), ((2, 6, 5), (2, 9, 4))),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, torch.nn.Module) else "",
)
def test_every_network_answers_one_row_of_logits_per_item(
    net: "torch.nn.Module", inputs: tuple[tuple[int, ...], ...]
) -> None:
    assert net(*(torch.rand(shape) for shape in inputs)).shape == (2, 7)


def test_a_network_without_any_half_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one half is needed"):
        CnnLstm(7, 4, visual=False, acoustic=False)


def test_each_field_of_terms_has_unit_length_and_its_own_scale_but_the_last() -> None:
    weighing = Weighing([2, 2, 1], [1.0, 0.5, 0.1], torch.tensor([1.0, 1.0, 2.0, 1.0, 1.0]))
    ids, values = torch.tensor([[0, 1, 2, 4, 0]]), torch.tensor([[3.0, 4.0, 9.0, 7.0, 0.0]])
    torch.testing.assert_close(weighing(ids, values), torch.tensor([[0.6, 0.8, 0.5, 0.7, 0.0]]))


def test_emotions_and_sentiments_are_two_regressions_over_the_same_terms() -> None:
    weighing = Weighing([2, 2], [1.0, 0.5], torch.ones(4))
    emotion, sentiment = ((torch.randn(n, 4).half().float(), torch.randn(n)) for n in (7, 3))
    ids, values = torch.tensor([[0, 2, 0]]), torch.tensor([[1.0, 2.0, 0.0]])
    found = GramRegression(weighing, emotion, sentiment, temperature=2.0)(ids, values)
    line = torch.zeros(4).index_add(0, ids[0], weighing(ids, values)[0])
    torch.testing.assert_close(found[0][0], torch.softmax((emotion[0] @ line + emotion[1]) / 2, 0))
    torch.testing.assert_close(found[1][0], torch.softmax(sentiment[0] @ line + sentiment[1], 0))
