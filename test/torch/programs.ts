/* Little programs that train for 20 steps from given weights, as PyTorch ran them in scripts/torch_cases/training.py:
   their losses are in test/fixtures/torch/programs.json. Each is written as a user of the library would write it.

   A parameter's first numbers follow from its name (`fill`), data from seeds, so nothing is read but the curves.
   Letters: B batch, T time, C channels, V vocabulary. Imports nothing of Node, so it runs in a browser's worker too. */

import { mulberry32, type Library, type Loose, type Outcome } from './run.ts';

/** The losses PyTorch found. */
export interface Curve {
  readonly name: string;
  readonly loss: readonly number[];
}

/** Runs every program on `device`, eagerly or (`compiled`) with its step compiled, and compares the losses within 1e-3. */
export async function runPrograms(library: Library, device: string, curves: readonly Curve[], compiled = false): Promise<Outcome> {
  const { tensor } = library;
  await tensor.setDefaultDevice(device);
  const programs = trainingPrograms(library);
  const failed: { name: string; message: string }[] = [];
  let passed = 0;
  for (const { name, loss } of curves) {
    try {
      const { step, after } = programs[name]!();
      const run = compiled ? tensor.compile(step) : step;
      for (const [t, expected] of loss.entries()) {
        const got = await run().item();
        after?.();
        if (!(Math.abs(got - expected) <= 1e-3 * Math.max(1, Math.abs(expected))))
          throw new Error(`step ${t}: expected loss ${expected}, got ${got}`);
      }
      passed++;
    } catch (error) {
      failed.push({ name, message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
    }
  }
  return { passed, skipped: 0, failed };
}

/** One step of training, which gives the loss, and what follows it outside of a compiled step (schedulers). */
interface Training {
  readonly step: () => Loose;
  readonly after?: () => void;
}

function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** The programs by name. */
export function trainingPrograms(library: Library): Readonly<Record<string, () => Training>> {
  const { tensor, nn, optim } = library;
  const F = nn.functional;
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

  const data = (seed: number, shape: number[], low = -1, high = 1): Loose =>
    tensor(
      Float32Array.from(mulberry32(seed, size(shape)), (u) => low + (high - low) * u),
      { shape },
    );

  const classes = (seed: number, shape: number[], count: number): Loose =>
    tensor(
      Int32Array.from(mulberry32(seed, size(shape)), (u) => Math.floor(count * u)),
      { shape },
    );

  /** Gives each parameter the numbers that follow from its name. */
  const fill = (module: Loose): Loose => {
    tensor.noGrad(() => {
      for (const [name, p] of module.namedParameters()) {
        const radius = 1 / Math.sqrt(p.numel() / p.shape[0]);
        if (p.ndim > 1) p.copy_(data(fnv(name), [...p.shape], -radius, radius));
        else p.copy_(name.endsWith('weight') ? data(fnv(name), [...p.shape], 0.8, 1.2) : data(fnv(name), [...p.shape], -0.1, 0.1));
      }
    });
    return module;
  };

  const loop = (optimiser: Loose, loss: () => Loose, beforeStep?: () => void, after?: () => void): Training => ({
    step: () => {
      optimiser.zeroGrad();
      const value = loss();
      value.backward();
      beforeStep?.();
      optimiser.step();
      return value;
    },
    ...(after ? { after } : {}),
  });

  const mlp = (make: (params: Loose) => Loose, options: object = {}): Training => {
    const x = data(1, [16, 4]);
    const y = classes(2, [16], 3);
    const net = fill(new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 3)));
    return loop(make(net.parameters()), () => F.crossEntropy(net(x), y, options));
  };

  const mlpCosine = (): Training => {
    const x = data(3, [12, 2]);
    const y = x
      .narrow(1, 0, 1)
      .mul(2)
      .sin()
      .add(x.narrow(1, 1, 1).square());
    const net = fill(new nn.Sequential(new nn.Linear(2, 10), new nn.GELU(), new nn.Linear(10, 1)));
    const optimiser = new optim.AdamW(net.parameters(), { lr: 0.03 });
    const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimiser, 20, { etaMin: 1e-3 });
    return loop(
      optimiser,
      () => F.mseLoss(net(x), y),
      undefined,
      () => scheduler.step(),
    );
  };

  const mlpOneCycle = (): Training => {
    const x = data(1, [16, 4]);
    const y = classes(2, [16], 3);
    const net = fill(new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 3)));
    const optimiser = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
    const scheduler = new optim.lrScheduler.OneCycleLR(optimiser, 0.5, { totalSteps: 25 });
    const clip = (): void => nn.utils.clipGradNorm_(net.parameters(), 0.3);
    return loop(
      optimiser,
      () => F.crossEntropy(net(x), y),
      clip,
      () => scheduler.step(),
    );
  };

  const logistic = (): Training => {
    const x = data(4, [20, 3]);
    const y = x.sum(1, { keepdim: true }).gt(0).float();
    const net = fill(new nn.Linear(3, 1));
    const posWeight = tensor([2]);
    return loop(new optim.SGD(net.parameters(), { lr: 0.5 }), () => F.binaryCrossEntropyWithLogits(net(x), y, { posWeight }));
  };

  const manual = (): Training => {
    const x = data(5, [10, 3]);
    const y = x.matmul(tensor([[1], [-2], [0.5]]));
    const w = data(6, [3, 1]).requiresGrad_();
    const step = (): Loose => {
      const loss = x.matmul(w).sub(y).square().mean();
      loss.backward();
      tensor.noGrad(() => w.sub_(w.grad.mul(0.3)));
      w.grad = null;
      return loss;
    };
    return { step };
  };

  const cnn = (net: Loose, lr = 0.01): Training => {
    const x = data(7, [6, 1, 8, 8]);
    const y = classes(8, [6], 4);
    fill(net).train();
    return loop(new optim.Adam(net.parameters(), { lr }), () => F.crossEntropy(net(x), y));
  };

  class Residual extends nn.Module {
    stem = new nn.Conv2d(1, 3, 3, { padding: 1 });
    bn1 = new nn.BatchNorm2d(3);
    conv = new nn.Conv2d(3, 3, 3, { padding: 1, bias: false });
    bn2 = new nn.BatchNorm2d(3);
    fc = new nn.Linear(3, 4);
    forward(x: Loose): Loose {
      const a = this.bn1(this.stem(x)).relu(); // (B, 3, 8, 8)
      const b = a.add(this.bn2(this.conv(a))).relu();
      return this.fc(F.adaptiveAvgPool2d(b, 1).flatten({ startDim: 1 })); // (B, 4)
    }
  }

  const conv1d = (): Training => {
    const x = data(9, [4, 2, 12]);
    const y = classes(10, [4], 3);
    const net = fill(
      new nn.Sequential(
        new nn.Conv1d(2, 4, 3, { padding: 'same' }),
        new nn.SiLU(),
        new nn.Conv1d(4, 4, 3, { dilation: 2 }),
        new nn.LeakyReLU(),
        new nn.Flatten(),
        new nn.Linear(32, 3),
      ),
    );
    return loop(new optim.RMSprop(net.parameters(), { lr: 0.003 }), () => F.crossEntropy(net(x), y));
  };

  const autoencoder = (): Training => {
    const x = data(11, [3, 1, 8, 8], 0, 1);
    const net = fill(
      new nn.Sequential(
        new nn.Conv2d(1, 4, 3, { stride: 2, padding: 1 }),
        new nn.ReLU(),
        new nn.ConvTranspose2d(4, 1, 4, { stride: 2, padding: 1 }),
        new nn.Sigmoid(),
      ),
    );
    return loop(new optim.Adam(net.parameters(), { lr: 0.02 }), () => F.binaryCrossEntropy(net(x), x));
  };

  class UNet extends nn.Module {
    down = new nn.Conv2d(1, 3, 3, { padding: 1 });
    deep = new nn.Conv2d(3, 3, 3, { padding: 1 });
    up = new nn.Conv2d(6, 1, 3, { padding: 1 });
    forward(x: Loose): Loose {
      const a = F.silu(this.down(x)); // (B, 3, 6, 6)
      const b = F.silu(this.deep(F.avgPool2d(a, 2))); // (B, 3, 3, 3)
      return this.up(tensor.cat([a, F.interpolate(b, { scaleFactor: 2, mode: 'bilinear' })], { dim: 1 }));
    }
  }

  const unet = (): Training => {
    const x = data(12, [2, 1, 6, 6]);
    const y = x.square();
    const net = fill(new UNet());
    return loop(new optim.AdamW(net.parameters(), { lr: 0.02 }), () => F.smoothL1Loss(net(x), y));
  };

  class Recurrent extends nn.Module {
    emb = new nn.Embedding(7, 4);
    constructor(kind: string, options: { readonly bidirectional?: boolean; readonly numLayers?: number }) {
      super();
      this['rnn'] = new nn[kind](4, 5, { ...options, batchFirst: true });
      this['out'] = new nn.Linear(options.bidirectional ? 10 : 5, 7);
    }
    forward(ids: Loose): Loose {
      return this['out'](this['rnn'](this.emb(ids))[0]); // (B, T) → (B, T, V)
    }
  }

  const recurrent = (kind: string, options = {}): Training => {
    const ids = classes(13, [3, 7], 7);
    const net = fill(new Recurrent(kind, options));
    const past = ids.narrow(1, 0, 6);
    const next = ids.narrow(1, 1, 6).flatten();
    const clip = (): void => nn.utils.clipGradNorm_(net.parameters(), 1);
    return loop(
      new optim.Adam(net.parameters(), { lr: 0.02 }),
      () => F.crossEntropy(net(past).flatten({ startDim: 0, endDim: 1 }), next),
      clip,
    );
  };

  class Block extends nn.Module {
    heads: number;
    constructor(c: number, heads: number) {
      super();
      this.heads = heads;
      this['norm1'] = new nn.LayerNorm(c);
      this['qkv'] = new nn.Linear(c, 3 * c);
      this['proj'] = new nn.Linear(c, c);
      this['norm2'] = new nn.LayerNorm(c);
      this['up'] = new nn.Linear(c, 4 * c);
      this['down'] = new nn.Linear(4 * c, c);
    }
    forward(x: Loose): Loose {
      const [b, t, c] = x.shape;
      const split = (z: Loose): Loose => z.reshape([b, t, this.heads, c / this.heads]).transpose(1, 2); // (B, H, T, D)
      const [q, k, v] = this['qkv'](this['norm1'](x)).chunk(3, { dim: -1 }).map(split);
      const a = F.scaledDotProductAttention(q, k, v, { isCausal: true });
      const y = x.add(this['proj'](a.transpose(1, 2).reshape([b, t, c])));
      return y.add(this['down'](F.gelu(this['up'](this['norm2'](y)), { approximate: 'tanh' })));
    }
  }

  class GPT extends nn.Module {
    tok = new nn.Embedding(9, 8);
    pos = new nn.Embedding(6, 8);
    constructor(layers: number) {
      super();
      this['blocks'] = new nn.ModuleList(Array.from({ length: layers }, () => new Block(8, 2)));
      this['norm'] = new nn.LayerNorm(8);
      this['head'] = new nn.Linear(8, 9, { bias: false });
    }
    forward(ids: Loose): Loose {
      let x = this.tok(ids).add(this.pos(tensor.arange(ids.shape[1]))); // (B, T, C)
      for (const block of this['blocks']) x = block(x);
      return this['head'](this['norm'](x)); // (B, T, V)
    }
  }

  const languageLoss = (net: Loose): (() => Loose) => {
    const ids = classes(14, [2, 7], 9);
    const past = ids.narrow(1, 0, 6);
    const next = ids.narrow(1, 1, 6).reshape([-1]);
    return () => F.crossEntropy(net(past).reshape([-1, 9]), next);
  };

  const gpt = (): Training => {
    const net = fill(new GPT(2));
    const optimiser = new optim.AdamW(net.parameters(), { lr: 0.01, weightDecay: 0.1, betas: [0.9, 0.95] });
    return loop(optimiser, languageLoss(net), () => nn.utils.clipGradNorm_(net.parameters(), 1));
  };

  const gptTied = (): Training => {
    const net: Loose = new GPT(1);
    net.head.weight = net.tok.weight;
    fill(net);
    const matrices = net.parameters().filter((p: Loose) => p.ndim > 1);
    const rest = net.parameters().filter((p: Loose) => p.ndim === 1);
    const groups = [
      { params: matrices, weightDecay: 0.1 },
      { params: rest, weightDecay: 0 },
    ];
    return loop(new optim.AdamW(groups, { lr: 0.01 }), languageLoss(net));
  };

  const encoder = (): Training => {
    const x = data(15, [3, 5, 8]);
    const y = classes(16, [3], 4);
    const net = fill(
      new nn.Sequential(
        new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, dropout: 0, batchFirst: true }),
        new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, dropout: 0, batchFirst: true, activation: 'gelu', normFirst: true }),
        new nn.Linear(8, 4),
      ),
    );
    return loop(new optim.Adam(net.parameters(), { lr: 0.005 }), () => F.crossEntropy(net(x).mean(1), y));
  };

  const crossAttention = (): Training => {
    const [q, kv, y] = [data(17, [2, 3, 8]), data(18, [2, 5, 8]), data(19, [2, 3, 8])];
    const keyPaddingMask = tensor([
      [false, false, false, true, true],
      [false, false, false, false, false],
    ]);
    const net = fill(new nn.MultiheadAttention(8, 2, { batchFirst: true }));
    return loop(new optim.Adam(net.parameters(), { lr: 0.02 }), () => F.mseLoss(net(q, kv, kv, { keyPaddingMask })[0], y));
  };

  class SwiGLU extends nn.Module {
    norm = new nn.RMSNorm(6);
    gate = new nn.Linear(6, 12, { bias: false });
    up = new nn.Linear(6, 12, { bias: false });
    down = new nn.Linear(12, 6, { bias: false });
    forward(x: Loose): Loose {
      const h = this.norm(x);
      return x.add(this.down(F.silu(this.gate(h)).mul(this.up(h))));
    }
  }

  const swiglu = (): Training => {
    const x = data(20, [8, 6]);
    const y = data(21, [8, 6]);
    const net = fill(new nn.Sequential(new SwiGLU(), new SwiGLU()));
    return loop(new optim.AdamW(net.parameters(), { lr: 0.02 }), () => F.huberLoss(net(x), y, { delta: 0.5 }));
  };

  class VAE extends nn.Module {
    enc = new nn.Linear(10, 8);
    mu = new nn.Linear(8, 2);
    logvar = new nn.Linear(8, 2);
    dec = new nn.Linear(2, 10);
  }

  const vae = (): Training => {
    const x = data(22, [7, 10], 0, 1);
    const noise = data(23, [7, 2], -1.7, 1.7);
    const net: Loose = fill(new VAE());
    const loss = (): Loose => {
      const h = net.enc(x).relu();
      const [mu, logvar] = [net.mu(h), net.logvar(h)];
      const z = mu.add(noise.mul(logvar.mul(0.5).exp()));
      const kl = tensor.add(1, logvar).sub(mu.square()).sub(logvar.exp()).sum().mul(-0.5);
      return F.binaryCrossEntropyWithLogits(net.dec(z), x, { reduction: 'sum' }).add(kl).div(7);
    };
    return loop(new optim.Adam(net.parameters(), { lr: 0.02 }), loss);
  };

  class Factors extends nn.Module {
    user = new nn.Embedding(6, 3);
    item = new nn.Embedding(5, 3);
  }

  const factorisation = (): Training => {
    const [users, items, ratings] = [classes(24, [20], 6), classes(25, [20], 5), data(26, [20], 0, 5)];
    const net: Loose = fill(new Factors());
    const loss = (): Loose => F.mseLoss(net.user(users).mul(net.item(items)).sum(1), ratings);
    return loop(new optim.Adagrad(net.parameters(), { lr: 0.3 }), loss);
  };

  const penalty = (): Training => {
    const x = data(27, [6, 3]);
    const net = fill(new nn.Sequential(new nn.Linear(3, 6), new nn.Tanh(), new nn.Linear(6, 1)));
    const loss = (): Loose => {
      const a = x.clone().requiresGrad_();
      const y = net(a);
      const [g] = tensor.autograd.grad(y.sum(), [a], { createGraph: true });
      return y.mean().add(g.norm({ dim: 1 }).sub(1).square().mean().mul(10));
    };
    return loop(new optim.Adam(net.parameters(), { lr: 0.01 }), loss);
  };

  const contrastive = (): Training => {
    const a = data(28, [5, 4]);
    const b = data(29, [5, 4]);
    const net = fill(new nn.Linear(4, 3));
    const loss = (): Loose => {
      const logits = F.normalize(net(a), { dim: 1 })
        .matmul(F.normalize(net(b), { dim: 1 }).T)
        .div(0.2);
      const targets = tensor.arange(5);
      return F.crossEntropy(logits, targets).add(F.crossEntropy(logits.T, targets)).div(2);
    };
    return loop(new optim.SGD(net.parameters(), { lr: 0.2, momentum: 0.8, nesterov: true }), loss);
  };

  const accumulation = (): Training => {
    const x = data(1, [16, 4]);
    const y = classes(2, [16], 3);
    const net = fill(new nn.Sequential(new nn.Linear(4, 8), new nn.ELU(), new nn.Linear(8, 3)));
    const optimiser = new optim.Adam(net.parameters(), { lr: 0.02 });
    const step = (): Loose => {
      optimiser.zeroGrad();
      let total = tensor(0);
      for (const start of [0, 8]) {
        const loss = F.crossEntropy(net(x.narrow(0, start, 8)), y.narrow(0, start, 8)).div(2);
        loss.backward();
        total = total.add(loss.detach());
      }
      optimiser.step();
      return total;
    };
    return { step };
  };

  const policy = (): Training => {
    const [x, actions, rewards] = [data(30, [12, 4]), classes(31, [12], 3), data(32, [12], -1, 1)];
    const net = fill(new nn.Sequential(new nn.Linear(4, 6), new nn.ReLU(), new nn.Linear(6, 3)));
    const loss = (): Loose => {
      const logp = F.logSoftmax(net(x), 1);
      const entropy = logp.exp().mul(logp).sum(1).mean().neg();
      const chosen = logp.gather(1, actions.unsqueeze(1)).squeeze(1);
      return chosen.mul(rewards).mean().neg().sub(entropy.mul(0.01));
    };
    return loop(new optim.RMSprop(net.parameters(), { lr: 0.01, momentum: 0.5, centered: true }), loss);
  };

  const mixture = (): Training => {
    const x = data(33, [15, 1], -2, 2);
    const params = [34, 35, 36].map((seed) => data(seed, [4]).requiresGrad_());
    const [mu, logSigma, weight] = params;
    const loss = (): Loose => {
      const z = x.sub(mu).div(logSigma.exp());
      const logp = F.logSoftmax(weight, 0)
        .sub(z.square().mul(0.5))
        .sub(logSigma)
        .sub(0.5 * Math.log(2 * Math.PI));
      return logp.logsumexp(1).mean().neg();
    };
    return loop(new optim.Adam(params, { lr: 0.1 }), loss);
  };

  const Seq = (...modules: Loose[]): Loose => new nn.Sequential(...modules);
  return {
    'MLP, SGD': () => mlp((p) => new optim.SGD(p, { lr: 0.3 })),
    'MLP, SGD with momentum and decay': () => mlp((p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, weightDecay: 0.01 })),
    'MLP, SGD, Nesterov': () => mlp((p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true })),
    'MLP, Adam': () => mlp((p) => new optim.Adam(p, { lr: 0.03 })),
    'MLP, AdamW, amsgrad': () => mlp((p) => new optim.AdamW(p, { lr: 0.03, weightDecay: 0.1, amsgrad: true })),
    'MLP, RMSprop': () => mlp((p) => new optim.RMSprop(p, { lr: 0.01 })),
    'MLP, Adagrad': () => mlp((p) => new optim.Adagrad(p, { lr: 0.1 })),
    'MLP, label smoothing': () => mlp((p) => new optim.Adam(p, { lr: 0.03 }), { labelSmoothing: 0.1 }),
    'MLP regression, cosine schedule': mlpCosine,
    'MLP, one cycle, clipped gradients': mlpOneCycle,
    'logistic regression': logistic,
    'linear regression by hand': manual,
    CNN: () => cnn(Seq(new nn.Conv2d(1, 4, 3), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(36, 4))),
    'CNN with batch normalisation': () =>
      cnn(
        Seq(
          new nn.Conv2d(1, 4, 3, { padding: 1, bias: false }),
          new nn.BatchNorm2d(4),
          new nn.ReLU(),
          new nn.AvgPool2d(2),
          new nn.Flatten(),
          new nn.Linear(64, 4),
        ),
      ),
    'CNN with group normalisation': () =>
      cnn(
        Seq(
          new nn.Conv2d(1, 4, 3, { stride: 2 }),
          new nn.GroupNorm(2, 4),
          new nn.Mish(),
          new nn.AdaptiveAvgPool2d(2),
          new nn.Flatten(),
          new nn.Linear(16, 4),
        ),
      ),
    'residual CNN': () => cnn(new Residual(), 0.02),
    Conv1d: conv1d,
    'convolutional autoencoder': autoencoder,
    'U-Net': unet,
    RNN: () => recurrent('RNN'),
    GRU: () => recurrent('GRU'),
    LSTM: () => recurrent('LSTM'),
    'bidirectional LSTM, two layers': () => recurrent('LSTM', { bidirectional: true, numLayers: 2 }),
    'GPT, two blocks': gpt,
    'GPT, tied weights, two groups': gptTied,
    TransformerEncoderLayer: encoder,
    'cross attention with padding': crossAttention,
    'RMSNorm and SwiGLU': swiglu,
    'VAE with given noise': vae,
    'matrix factorisation': factorisation,
    'gradient penalty': penalty,
    'contrastive loss': contrastive,
    'gradient accumulation': accumulation,
    'policy gradient': policy,
    'Gaussian mixture': mixture,
  };
}
