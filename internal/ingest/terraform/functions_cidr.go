package terraform

import (
	"fmt"
	"math/big"
	"net"
	"net/netip"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// cidrFunc is a function of a prefix and whole numbers.
func cidrFunc(names []string, f func(p netip.Prefix, n []*big.Int) (string, error)) function.Function {
	params := []function.Parameter{{Name: "prefix", Type: cty.String}}
	for _, name := range names {
		params = append(params, function.Parameter{Name: name, Type: cty.Number})
	}
	return function.New(&function.Spec{
		Params: params, Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := netip.ParsePrefix(args[0].AsString())
			if err != nil {
				return cty.UnknownVal(cty.String), function.NewArgErrorf(0, "is not a CIDR prefix")
			}
			numbers := make([]*big.Int, len(args)-1)
			for i, a := range args[1:] {
				numbers[i], _ = a.AsBigFloat().Int(nil)
			}
			out, err := f(p.Masked(), numbers)
			if err != nil {
				return cty.UnknownVal(cty.String), err
			}
			return cty.StringVal(out), nil
		},
	})
}

// plus returns the address n after another one.
func plus(a netip.Addr, n *big.Int) (netip.Addr, bool) {
	sum := new(big.Int).Add(new(big.Int).SetBytes(a.AsSlice()), n)
	if sum.Sign() < 0 || sum.BitLen() > a.BitLen() {
		return a, false
	}
	return netip.AddrFromSlice(sum.FillBytes(make([]byte, a.BitLen()/8)))
}

// subnet returns the n-th subnet of a prefix, longer by bits.
func subnet(p netip.Prefix, bits int, n *big.Int) (netip.Prefix, error) {
	size := p.Bits() + bits
	if bits < 0 || size > p.Addr().BitLen() || n.Sign() < 0 || n.BitLen() > bits {
		return p, fmt.Errorf("prefix %s has no subnet %s of %d more bits", p, n, bits)
	}
	a, ok := plus(p.Addr(), new(big.Int).Lsh(n, uint(p.Addr().BitLen()-size)))
	if !ok {
		return p, fmt.Errorf("prefix %s has no subnet %s", p, n)
	}
	return netip.PrefixFrom(a, size), nil
}

var cidrHostFunc = cidrFunc([]string{"host"}, func(p netip.Prefix, n []*big.Int) (string, error) {
	host := n[0]
	room := new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-p.Bits()))
	if host.Sign() < 0 {
		host = new(big.Int).Add(room, host)
	}
	a, ok := plus(p.Addr(), host)
	if !ok || host.Cmp(room) >= 0 || host.Sign() < 0 {
		return "", fmt.Errorf("prefix %s has no host %s", p, n[0])
	}
	return a.String(), nil
})

var cidrNetmaskFunc = cidrFunc(nil, func(p netip.Prefix, _ []*big.Int) (string, error) {
	return net.IP(net.CIDRMask(p.Bits(), p.Addr().BitLen())).String(), nil
})

var cidrSubnetFunc = cidrFunc([]string{"newbits", "number"}, func(p netip.Prefix, n []*big.Int) (string, error) {
	if !n[0].IsInt64() {
		return "", fmt.Errorf("prefix %s has no such subnet", p)
	}
	s, err := subnet(p, int(n[0].Int64()), n[1])
	return s.String(), err
})

// cidrSubnetsFunc is cidrsubnets(): consecutive subnets.
var cidrSubnetsFunc = function.New(&function.Spec{
	Params:   []function.Parameter{{Name: "prefix", Type: cty.String}},
	VarParam: &function.Parameter{Name: "newbits", Type: cty.Number},
	Type:     function.StaticReturnType(cty.List(cty.String)),
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		p, err := netip.ParsePrefix(args[0].AsString())
		if err != nil {
			return cty.UnknownVal(t), function.NewArgErrorf(0, "is not a CIDR prefix")
		}
		p = p.Masked()
		next, out := p.Addr(), []cty.Value{}
		for i, a := range args[1:] {
			bits, _ := a.AsBigFloat().Int64()
			size := p.Bits() + int(bits)
			if bits < 1 || size > p.Addr().BitLen() {
				return cty.UnknownVal(t), function.NewArgErrorf(i+1, "does not fit into %s", p)
			}
			// The next subnet starts at the next multiple of its size.
			s := netip.PrefixFrom(next, size).Masked()
			step := new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-size))
			if s.Addr() != next {
				a, ok := plus(s.Addr(), step)
				if !ok {
					return cty.UnknownVal(t), function.NewArgErrorf(i+1, "does not fit into %s", p)
				}
				s = netip.PrefixFrom(a, size)
			}
			if !p.Contains(s.Addr()) {
				return cty.UnknownVal(t), function.NewArgErrorf(i+1, "does not fit into %s", p)
			}
			out = append(out, cty.StringVal(s.String()))
			next, _ = plus(s.Addr(), step)
		}
		if len(out) == 0 {
			return cty.ListValEmpty(cty.String), nil
		}
		return cty.ListVal(out), nil
	},
})
