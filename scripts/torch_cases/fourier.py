"""Section 7.10: transforms of any length; a complex value is a pair { re, im }."""

import torch

from .core import R, Section


def pair(z):
    return {'re': z.real, 'im': z.imag}


def build():
    s = Section('fft')
    norm = lambda o: {k: v for k, v in o.items() if k in ('n', 'dim', 'norm')}  # noqa: E731

    def real(name):
        return lambda x, o={}: getattr(torch.fft, name)(x, **norm(o))

    def complex_(name):
        return lambda z, o={}: getattr(torch.fft, name)(torch.complex(z['re'], z['im']), **norm(o))

    for n in (1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 30, 31):
        small = n > 12
        s.call('tensor.fft.fft', R(n, [n]), ref=real('fft'), post=pair, second=not small)
        s.call('tensor.fft.rfft', R(n, [2, n]), ref=real('rfft'), post=pair, second=not small)
        s.call('tensor.fft.fft', {'re': R(n, [n]), 'im': R(n + 1, [n])}, ref=complex_('fft'), post=pair, second=False)
        s.call('tensor.fft.ifft', {'re': R(n, [n]), 'im': R(n + 1, [n])}, ref=complex_('ifft'), post=pair, second=False)
        if n > 1:
            s.call('tensor.fft.irfft', {'re': R(n, [n // 2 + 1]), 'im': R(n + 1, [n // 2 + 1])}, {'n': n}, ref=complex_('irfft'), second=False)
    for o in ({'n': 4}, {'n': 9}, {'dim': 0}, {'norm': 'ortho'}, {'norm': 'forward'}, {'n': 5, 'dim': 0, 'norm': 'ortho'}):
        s.call('tensor.fft.fft', R(1, [3, 6]), o, ref=real('fft'), post=pair, second=False)
        s.call('tensor.fft.rfft', R(1, [3, 6]), o, ref=real('rfft'), post=pair, second=False)
        s.call('tensor.fft.ifft', {'re': R(1, [3, 6]), 'im': R(2, [3, 6])}, o, ref=complex_('ifft'), post=pair, second=False)
        s.call('tensor.fft.irfft', {'re': R(1, [3, 6]), 'im': R(2, [3, 6])}, o, ref=complex_('irfft'), second=False)
    s.call('tensor.fft.irfft', {'re': R(1, [2, 4]), 'im': R(2, [2, 4])}, ref=complex_('irfft'), second=False, name='irfft without n is even')
    s.call('tensor.fft.fft2', R(1, [2, 3, 4]), ref=lambda x: torch.fft.fft2(x), post=pair, second=False)
    s.call('tensor.fft.fft2', R(1, [3, 4]), {'norm': 'ortho'}, ref=lambda x, o: torch.fft.fft2(x, norm='ortho'), post=pair, second=False)
    s.call('tensor.fft.ifft2', {'re': R(1, [2, 3, 5]), 'im': R(2, [2, 3, 5])}, ref=lambda z: torch.fft.ifft2(torch.complex(z['re'], z['im'])), post=pair, second=False)
    for name in ('fftshift', 'ifftshift'):
        s.call(f'tensor.fft.{name}', R(1, [5]), second=False)
        s.call(f'tensor.fft.{name}', R(1, [4, 3]), second=False)
        s.call(f'tensor.fft.{name}', R(1, [4, 3]), {'dim': 1}, second=False, ref=lambda x, o, n=name: getattr(torch.fft, n)(x, dim=1))
    for name in ('fftfreq', 'rfftfreq'):
        for n in (5, 6):
            s.call(f'tensor.fft.{name}', n, forms=False)
            s.call(f'tensor.fft.{name}', n, {'d': 0.25}, forms=False)
    z = {'re': R(1, [5]), 'im': R(2, [5])}
    s.call('tensor.fft.abs', z, ref=lambda z: torch.complex(z['re'], z['im']).abs(), second=False)
    s.call('tensor.fft.angle', z, ref=lambda z: torch.complex(z['re'], z['im']).angle(), second=False)
    s.program('fft of a permuted input', 'const { re, im } = tensor.fft.fft(x, { dim: 0 }); return { re: re.detach(), im: im.detach() }', {'x': R(1, [3, 4], v=[['permute', [1, 0]]])}, lambda x: pair(torch.fft.fft(x.detach(), dim=0)))
    s.program('a round trip of 1,009 points', 'return tensor.fft.irfft(tensor.fft.rfft(x), { n: 1009 }).sub(x).abs().max().lt(1e-5)', {'x': R(1, [1009], g=False)}, lambda x: torch.tensor(True))
    s.throws('irfft of n = 0', 'return tensor.fft.irfft({ re: tensor([1]), im: tensor([0]) }, { n: 0 })', '', 'irfft')
    s.throws('an unknown norm', "return tensor.fft.fft(tensor([1, 2]), { norm: 'unitary' })", 'value', 'fft')
    return s
