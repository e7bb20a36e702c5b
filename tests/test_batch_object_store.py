"""The same run against a server that speaks S3: from a bucket to a bucket, killed, and by workers.

What is needed is in no extra: pip install 'moto[server]' s3fs.
"""

from __future__ import annotations

import hashlib
import time
from urllib.request import Request, urlopen

import pytest
from test_batch_files import OPTIONS, candidates, digest, mdsolve, written

pytest.importorskip("moto", reason="pip install 'moto[server]' s3fs: they are in no extra")
pytest.importorskip("s3fs", reason="pip install 'moto[server]' s3fs: they are in no extra")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def bucket(monkeypatch, tmp_path):
    """Yield the file system of an empty bucket on a server of this machine."""
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    urlopen(Request(f"{address}/moto-api/reset", method="POST")).close()
    for name, value in (
        ("AWS_ENDPOINT_URL", address),
        ("AWS_ACCESS_KEY_ID", "somebody"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    system = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
    system.mkdir("bucket")
    path = written(tmp_path / "in.parquet", candidates(600, seed=1), 400)
    system.put_file(str(path), "bucket/in.parquet")
    yield system
    server.stop()


def stored(system, folder: str) -> dict[str, str]:
    """Return the hash of every object below a folder."""
    return {
        path.removeprefix(f"bucket/{folder}/"): hashlib.sha256(system.cat_file(path)).hexdigest()
        for path in system.find(f"bucket/{folder}")
    }


def test_a_bucket_holds_what_a_folder_holds(bucket, tmp_path):
    words = ("batch", "s3://bucket/in.parquet", *OPTIONS, "--rows", 800, "--out")
    assert mdsolve("batch", tmp_path / "in.parquet", *words[2:], tmp_path / "out").returncode == 0
    expected = digest(tmp_path / "out")
    process = mdsolve(*words, "s3://bucket/killed", wait=False)
    deadline = time.monotonic() + 60
    while not bucket.find("bucket/killed/done") and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert bucket.find("bucket/killed/done")
    for out, workers in (("killed", ()), ("two", ("--workers", 2))):
        done = mdsolve(*words, f"s3://bucket/{out}", *workers)
        assert done.returncode == 0, done.stderr
        assert stored(bucket, out) == expected


def test_what_is_not_in_the_bucket_is_told(bucket):
    words = ("batch", "s3://bucket/none.parquet", *OPTIONS, "--out", "s3://bucket/out")
    found = mdsolve(*words)
    assert found.returncode == 2
    assert "s3://bucket/none.parquet: there is no such file" in found.stderr
    assert not bucket.find("bucket/out")
