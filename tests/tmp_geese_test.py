import time
from tests.geese import build_geese
from tests.geese_reading import *
import pytest
@pytest.fixture
def geese(request, tmp_path, monkeypatch):
    yield from build_geese(tmp_path, monkeypatch, people=4)
def people(geese, n):
    net = geese.vendor.networks[0].id
    return [geese.vendor.create(net, "profiles", first_name=f"P{i}") for i in range(n)]
def test_owners(geese):
    v=geese.vendor; net=v.networks[0].id
    ps=people(geese,130)
    o=v.rows(net,"objectives")[0]["id"]
    v.edit(net,"objectives",o,owner_ids=ps)
    u=read(geese,"objectives"); print(u.status,u.error, sum(k[0]==o for k in keys(u,"objective_owners",("objective_id","profile_id"))))
def test_kro(geese):
    v=geese.vendor; net=v.networks[0].id
    ps=people(geese,130)
    k=v.rows(net,"key_results")[0]["id"]
    for n in (30, 130):
      v.edit(net,"key_results",k,owner_ids=ps[:n])
      u=read(geese,"objectives"); print(n,u.status,u.error, sum(x[0]==k for x in keys(u,"key_result_owners",("key_result_id","profile_id"))))
      print([a.variables for a in v.graphql_requests])
def test_notes(geese):
    v=geese.vendor; net=v.networks[0].id
    q=v.rows(net,"questions")[0]["id"]
    for i in range(70): v.create(net,"notes",question_id=q,content=f"n{i}",shared=True)
    u=read(geese,"one_on_ones"); print(u.status,u.error, len(keys(u,"one_on_one_notes")), len(v.rows(net,"notes",v.networks[0].admin)))
def test_both(geese):
    v=geese.vendor; net=v.networks[0].id
    ps=people(geese,30)
    o=v.rows(net,"objectives")[0]["id"]
    ks=[v.create(net,"key_results",objective_id=o,name=f"k{i}",owner_ids=ps) for i in range(70)]
    for i in range(120): v.create(net,"checkins",objective_id=o)
    u=read(geese,"objectives"); print(u.status,u.error, len(keys(u,"key_results")),held(geese,"key_results").__len__(), len(keys(u,"key_result_owners",("key_result_id","profile_id"))), len(keys(u,"objective_checkins")), len(held(geese,"checkins")))
def test_answers(geese):
    v=geese.vendor; net=v.networks[0].id
    r=v.rows(net,"snapshots")[0]["id"]; it=v.rows(net,"items")[0]
    for i in range(130): v.create(net,"item_answers",kind="TextItemAnswerNode",snapshot_id=r,item_id=it["id"])
    u=read(geese,"reviews"); print(u.status,u.error,len(keys(u,"review_answers",("kind","id"))), len(held(geese,"item_answers")))
