"""Little programs that train for 20 steps from given weights: their loss curves. The same programs in TypeScript:
test/torch/programs.ts. A parameter's numbers follow from its name (`fill`), data from seeds."""

import json
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from .core import mulberry32, number

D = torch.float64


def fnv(text):
    h = 0x811C9DC5
    for c in text.encode():
        h = ((h ^ c) * 0x01000193) & 0xFFFFFFFF
    return h


def data(seed, shape, lo=-1, hi=1):
    u = mulberry32(seed, math.prod(shape))
    return torch.tensor([lo + (hi - lo) * x for x in u], dtype=torch.float32).to(D).reshape(shape)


def classes(seed, shape, k):
    return torch.tensor([math.floor(k * x) for x in mulberry32(seed, math.prod(shape))]).reshape(shape)


def fill(module):
    module.to(D)
    with torch.no_grad():
        for name, p in module.named_parameters():
            shape = list(p.shape)
            if p.dim() == 1:
                p.copy_(data(fnv(name), shape, 0.8, 1.2) if name.endswith('weight') else data(fnv(name), shape, -0.1, 0.1))
            else:
                r = 1 / math.sqrt(p.numel() / shape[0])
                p.copy_(data(fnv(name), shape, -r, r))
    return module


def loop(opt, loss, before_step=None, after_step=None):
    def step():
        opt.zero_grad()
        l = loss()
        l.backward()
        if before_step:
            before_step()
        opt.step()
        if after_step:
            after_step()
        return l
    return step


def mlp(make, **kw):
    x, y = data(1, [16, 4]), classes(2, [16], 3)
    net = fill(nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)))
    return loop(make(net.parameters()), lambda: F.cross_entropy(net(x), y, **kw))


def mlp_cosine():
    x = data(3, [12, 2])
    y = (x[:, :1] * 2).sin() + x[:, 1:].square()
    net = fill(nn.Sequential(nn.Linear(2, 10), nn.GELU(), nn.Linear(10, 1)))
    o = torch.optim.AdamW(net.parameters(), lr=0.03)
    s = torch.optim.lr_scheduler.CosineAnnealingLR(o, 20, eta_min=1e-3)
    return loop(o, lambda: F.mse_loss(net(x), y), after_step=s.step)


def mlp_one_cycle():
    x, y = data(1, [16, 4]), classes(2, [16], 3)
    net = fill(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)))
    o = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    s = torch.optim.lr_scheduler.OneCycleLR(o, 0.5, total_steps=25)
    return loop(o, lambda: F.cross_entropy(net(x), y), lambda: nn.utils.clip_grad_norm_(net.parameters(), 0.3), s.step)


def logistic():
    x = data(4, [20, 3])
    y = (x.sum(1, keepdim=True) > 0).to(D)
    net = fill(nn.Linear(3, 1))
    return loop(torch.optim.SGD(net.parameters(), lr=0.5), lambda: F.binary_cross_entropy_with_logits(net(x), y, pos_weight=torch.tensor([2.0], dtype=D)))


def manual():
    x = data(5, [10, 3])
    y = x @ torch.tensor([[1.0], [-2.0], [0.5]], dtype=D)
    w = data(6, [3, 1]).requires_grad_()

    def step():
        l = (x @ w - y).square().mean()
        l.backward()
        with torch.no_grad():
            w.sub_(w.grad * 0.3)
        w.grad = None
        return l
    return step


def cnn(make, lr=0.01):
    x, y = data(7, [6, 1, 8, 8]), classes(8, [6], 4)
    net = fill(make())
    net.train()
    return loop(torch.optim.Adam(net.parameters(), lr=lr), lambda: F.cross_entropy(net(x), y))


def conv1d():
    x, y = data(9, [4, 2, 12]), classes(10, [4], 3)
    net = fill(nn.Sequential(nn.Conv1d(2, 4, 3, padding='same'), nn.SiLU(), nn.Conv1d(4, 4, 3, dilation=2), nn.LeakyReLU(), nn.Flatten(), nn.Linear(32, 3)))
    return loop(torch.optim.RMSprop(net.parameters(), lr=0.003), lambda: F.cross_entropy(net(x), y))


def autoencoder():
    x = data(11, [3, 1, 8, 8], 0, 1)
    net = fill(nn.Sequential(nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.ReLU(), nn.ConvTranspose2d(4, 1, 4, stride=2, padding=1), nn.Sigmoid()))
    return loop(torch.optim.Adam(net.parameters(), lr=0.02), lambda: F.binary_cross_entropy(net(x), x))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.deep, self.up = nn.Conv2d(1, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(6, 1, 3, padding=1)

    def forward(self, x):
        a = F.silu(self.down(x))
        b = F.silu(self.deep(F.avg_pool2d(a, 2)))
        return self.up(torch.cat([a, F.interpolate(b, scale_factor=2, mode='bilinear')], 1))


def unet():
    x = data(12, [2, 1, 6, 6])
    y = x.square()
    net = fill(UNet())
    return loop(torch.optim.AdamW(net.parameters(), lr=0.02), lambda: F.smooth_l1_loss(net(x), y))


class Recurrent(nn.Module):
    def __init__(self, kind, bidirectional=False, layers=1):
        super().__init__()
        self.emb = nn.Embedding(7, 4)
        self.rnn = kind(4, 5, num_layers=layers, batch_first=True, bidirectional=bidirectional)
        self.out = nn.Linear(10 if bidirectional else 5, 7)

    def forward(self, ids):
        return self.out(self.rnn(self.emb(ids))[0])


def recurrent(kind, **kw):
    ids = classes(13, [3, 7], 7)
    net = fill(Recurrent(kind, **kw))
    return loop(torch.optim.Adam(net.parameters(), lr=0.02), lambda: F.cross_entropy(net(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten()), lambda: nn.utils.clip_grad_norm_(net.parameters(), 1.0))


class Block(nn.Module):
    def __init__(self, c, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.qkv, self.proj = nn.LayerNorm(c), nn.Linear(c, 3 * c), nn.Linear(c, c)
        self.norm2, self.up, self.down = nn.LayerNorm(c), nn.Linear(c, 4 * c), nn.Linear(4 * c, c)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = [z.reshape(b, t, self.heads, c // self.heads).transpose(1, 2) for z in self.qkv(self.norm1(x)).chunk(3, -1)]
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(a.transpose(1, 2).reshape(b, t, c))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate='tanh'))


class GPT(nn.Module):
    def __init__(self, layers=2):
        super().__init__()
        self.tok, self.pos = nn.Embedding(9, 8), nn.Embedding(6, 8)
        self.blocks = nn.ModuleList([Block(8, 2) for _ in range(layers)])
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 9, bias=False)

    def forward(self, ids):
        x = self.tok(ids) + self.pos(torch.arange(ids.shape[1]))
        for b in self.blocks:
            x = b(x)
        return self.head(self.norm(x))


def gpt():
    ids = classes(14, [2, 7], 9)
    net = fill(GPT())
    return loop(torch.optim.AdamW(net.parameters(), lr=0.01, weight_decay=0.1, betas=(0.9, 0.95)), lambda: F.cross_entropy(net(ids[:, :-1]).reshape(-1, 9), ids[:, 1:].reshape(-1)), lambda: nn.utils.clip_grad_norm_(net.parameters(), 1.0))


def gpt_tied():
    ids = classes(14, [2, 7], 9)
    net = GPT(1)
    net.head.weight = net.tok.weight
    fill(net)
    return loop(torch.optim.AdamW([{'params': [p for p in net.parameters() if p.dim() > 1], 'weight_decay': 0.1}, {'params': [p for p in net.parameters() if p.dim() == 1], 'weight_decay': 0.0}], lr=0.01), lambda: F.cross_entropy(net(ids[:, :-1]).reshape(-1, 9), ids[:, 1:].reshape(-1)))


def encoder():
    x, y = data(15, [3, 5, 8]), classes(16, [3], 4)
    net = fill(nn.Sequential(nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True), nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True, activation='gelu', norm_first=True), nn.Linear(8, 4)))
    return loop(torch.optim.Adam(net.parameters(), lr=0.005), lambda: F.cross_entropy(net(x).mean(1), y))


def cross_attention():
    q, kv, y = data(17, [2, 3, 8]), data(18, [2, 5, 8]), data(19, [2, 3, 8])
    mask = torch.tensor([[False, False, False, True, True], [False] * 5])
    net = fill(nn.MultiheadAttention(8, 2, batch_first=True))
    return loop(torch.optim.Adam(net.parameters(), lr=0.02), lambda: F.mse_loss(net(q, kv, kv, key_padding_mask=mask)[0], y))


class SwiGLU(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.gate, self.up, self.down = nn.RMSNorm(6), nn.Linear(6, 12, bias=False), nn.Linear(6, 12, bias=False), nn.Linear(12, 6, bias=False)

    def forward(self, x):
        h = self.norm(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


def swiglu():
    x, y = data(20, [8, 6]), data(21, [8, 6])
    net = fill(nn.Sequential(SwiGLU(), SwiGLU()))
    return loop(torch.optim.AdamW(net.parameters(), lr=0.02), lambda: F.huber_loss(net(x), y, delta=0.5))


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.mu, self.logvar, self.dec = nn.Linear(10, 8), nn.Linear(8, 2), nn.Linear(8, 2), nn.Linear(2, 10)


def vae():
    x, eps = data(22, [7, 10], 0, 1), data(23, [7, 2], -1.7, 1.7)
    net = fill(VAE())

    def loss():
        h = net.enc(x).relu()
        mu, logvar = net.mu(h), net.logvar(h)
        z = mu + eps * (logvar * 0.5).exp()
        kl = -0.5 * (1 + logvar - mu.square() - logvar.exp()).sum()
        return (F.binary_cross_entropy_with_logits(net.dec(z), x, reduction='sum') + kl) / 7
    return loop(torch.optim.Adam(net.parameters(), lr=0.02), loss)


class Factors(nn.Module):
    def __init__(self):
        super().__init__()
        self.user, self.item = nn.Embedding(6, 3), nn.Embedding(5, 3)


def factorisation():
    u, i, r = classes(24, [20], 6), classes(25, [20], 5), data(26, [20], 0, 5)
    net = fill(Factors())
    return loop(torch.optim.Adagrad(net.parameters(), lr=0.3), lambda: F.mse_loss((net.user(u) * net.item(i)).sum(1), r))


def penalty():
    x = data(27, [6, 3])
    net = fill(nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 1)))

    def loss():
        a = x.clone().requires_grad_()
        y = net(a)
        g, = torch.autograd.grad(y.sum(), [a], create_graph=True)
        return y.mean() + 10 * (g.norm(dim=1) - 1).square().mean()
    return loop(torch.optim.Adam(net.parameters(), lr=0.01), loss)


def contrastive():
    a, b = data(28, [5, 4]), data(29, [5, 4])
    net = fill(nn.Linear(4, 3))

    def loss():
        u, v = F.normalize(net(a), dim=1), F.normalize(net(b), dim=1)
        logits = u @ v.T / 0.2
        t = torch.arange(5)
        return (F.cross_entropy(logits, t) + F.cross_entropy(logits.T, t)) / 2
    return loop(torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.8, nesterov=True), loss)


def accumulation():
    x, y = data(1, [16, 4]), classes(2, [16], 3)
    net = fill(nn.Sequential(nn.Linear(4, 8), nn.ELU(), nn.Linear(8, 3)))
    o = torch.optim.Adam(net.parameters(), lr=0.02)

    def step():
        o.zero_grad()
        total = 0
        for part in range(2):
            l = F.cross_entropy(net(x[part * 8:part * 8 + 8]), y[part * 8:part * 8 + 8]) / 2
            l.backward()
            total = total + l.detach()
        o.step()
        return total
    return step


def pixel_policy():
    """REINFORCE on given actions: log probabilities gathered and weighted."""
    x, a, r = data(30, [12, 4]), classes(31, [12], 3), data(32, [12], -1, 1)
    net = fill(nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3)))

    def loss():
        logp = F.log_softmax(net(x), 1)
        entropy = -(logp.exp() * logp).sum(1).mean()
        return -(logp.gather(1, a[:, None]).squeeze(1) * r).mean() - 0.01 * entropy
    return loop(torch.optim.RMSprop(net.parameters(), lr=0.01, momentum=0.5, centered=True), loss)


def mixture():
    """A Gaussian mixture by gradient: logsumexp over components."""
    x = data(33, [15, 1], -2, 2)
    mu, ls, w = [data(34 + i, [4]).requires_grad_() for i in range(3)]

    def loss():
        z = (x - mu) / ls.exp()
        return -torch.logsumexp(F.log_softmax(w, 0) - 0.5 * z.square() - ls - 0.5 * math.log(2 * math.pi), 1).mean()
    return loop(torch.optim.Adam([mu, ls, w], lr=0.1), loss)


def resnet():
    class Res(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.bn1, self.conv, self.bn2, self.fc = nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.Conv2d(3, 3, 3, padding=1, bias=False), nn.BatchNorm2d(3), nn.Linear(3, 4)

        def forward(self, x):
            x = F.relu(self.bn1(self.stem(x)))
            x = F.relu(x + self.bn2(self.conv(x)))
            return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))
    return cnn(Res, 0.02)




PROGRAMS = {
    'MLP, SGD': lambda: mlp(lambda p: torch.optim.SGD(p, lr=0.3)),
    'MLP, SGD with momentum and decay': lambda: mlp(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01)),
    'MLP, SGD, Nesterov': lambda: mlp(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    'MLP, Adam': lambda: mlp(lambda p: torch.optim.Adam(p, lr=0.03)),
    'MLP, AdamW, amsgrad': lambda: mlp(lambda p: torch.optim.AdamW(p, lr=0.03, weight_decay=0.1, amsgrad=True)),
    'MLP, RMSprop': lambda: mlp(lambda p: torch.optim.RMSprop(p, lr=0.01)),
    'MLP, Adagrad': lambda: mlp(lambda p: torch.optim.Adagrad(p, lr=0.1)),
    'MLP, label smoothing': lambda: mlp(lambda p: torch.optim.Adam(p, lr=0.03), label_smoothing=0.1),
    'MLP regression, cosine schedule': mlp_cosine,
    'MLP, one cycle, clipped gradients': mlp_one_cycle,
    'logistic regression': logistic,
    'linear regression by hand': manual,
    'CNN': lambda: cnn(lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 4))),
    'CNN with batch normalisation': lambda: cnn(lambda: nn.Sequential(nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(64, 4))),
    'CNN with group normalisation': lambda: cnn(lambda: nn.Sequential(nn.Conv2d(1, 4, 3, stride=2), nn.GroupNorm(2, 4), nn.Mish(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 4))),
    'residual CNN': resnet,
    'Conv1d': conv1d,
    'convolutional autoencoder': autoencoder,
    'U-Net': unet,
    'RNN': lambda: recurrent(nn.RNN),
    'GRU': lambda: recurrent(nn.GRU),
    'LSTM': lambda: recurrent(nn.LSTM),
    'bidirectional LSTM, two layers': lambda: recurrent(nn.LSTM, bidirectional=True, layers=2),
    'GPT, two blocks': gpt,
    'GPT, tied weights, two groups': gpt_tied,
    'TransformerEncoderLayer': encoder,
    'cross attention with padding': cross_attention,
    'RMSNorm and SwiGLU': swiglu,
    'VAE with given noise': vae,
    'matrix factorisation': factorisation,
    'gradient penalty': penalty,
    'contrastive loss': contrastive,
    'gradient accumulation': accumulation,
    'policy gradient': pixel_policy,
    'Gaussian mixture': mixture,
}


class Curves:
    name = 'programs'
    problems = []

    def write(self, folder):
        rows = []
        for name, make in PROGRAMS.items():
            step = make()
            rows.append({'name': name, 'loss': [number(float(step())) for _ in range(20)]})
        path = folder / 'programs.json'
        path.write_text('[\n' + ',\n'.join(json.dumps(r, separators=(',', ':')) for r in rows) + '\n]\n')
        return len(rows), path.stat().st_size


def build():
    return Curves()
