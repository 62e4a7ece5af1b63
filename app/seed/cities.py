"""Cities that the invented pool lives in: state, latitude, longitude, people in thousands (2020 census, rounded)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """A place experts come from."""

    name: str
    state: str
    latitude: float
    longitude: float
    thousands: int


_ROWS = """
New York,NY,40.71,-74.01,8804|Los Angeles,CA,34.05,-118.24,3899|Chicago,IL,41.88,-87.63,2746
Houston,TX,29.76,-95.37,2304|Phoenix,AZ,33.45,-112.07,1608|Philadelphia,PA,39.95,-75.17,1604
San Antonio,TX,29.42,-98.49,1435|San Diego,CA,32.72,-117.16,1387|Dallas,TX,32.78,-96.80,1304
San Jose,CA,37.34,-121.89,1013|Austin,TX,30.27,-97.74,962|Jacksonville,FL,30.33,-81.66,950
Fort Worth,TX,32.76,-97.33,919|Columbus,OH,39.96,-83.00,906|Indianapolis,IN,39.77,-86.16,888
Charlotte,NC,35.23,-80.84,875|San Francisco,CA,37.77,-122.42,874|Seattle,WA,47.61,-122.33,737
Denver,CO,39.74,-104.99,716|Washington,DC,38.91,-77.04,690|Nashville,TN,36.16,-86.78,689
Oklahoma City,OK,35.47,-97.52,681|Boston,MA,42.36,-71.06,676|El Paso,TX,31.76,-106.49,679
Portland,OR,45.52,-122.68,653|Las Vegas,NV,36.17,-115.14,642|Memphis,TN,35.15,-90.05,633
Detroit,MI,42.33,-83.05,639|Baltimore,MD,39.29,-76.61,586|Milwaukee,WI,43.04,-87.91,577
Albuquerque,NM,35.08,-106.65,565|Fresno,CA,36.74,-119.79,542|Tucson,AZ,32.22,-110.97,543
Sacramento,CA,38.58,-121.49,525|Mesa,AZ,33.42,-111.83,504|Kansas City,MO,39.10,-94.58,508
Atlanta,GA,33.75,-84.39,499|Omaha,NE,41.26,-95.93,486|Colorado Springs,CO,38.83,-104.82,479
Raleigh,NC,35.78,-78.64,468|Virginia Beach,VA,36.85,-75.98,459|Miami,FL,25.76,-80.19,442
Minneapolis,MN,44.98,-93.27,430|Tulsa,OK,36.15,-95.99,413|Bakersfield,CA,35.37,-119.02,403
Wichita,KS,37.69,-97.34,398|Arlington,TX,32.74,-97.11,394|Tampa,FL,27.95,-82.46,385
New Orleans,LA,29.95,-90.07,384|Cleveland,OH,41.50,-81.69,373|Honolulu,HI,21.31,-157.86,351
Lexington,KY,38.04,-84.50,323|Newark,NJ,40.74,-74.17,312|Saint Paul,MN,44.95,-93.09,312
Cincinnati,OH,39.10,-84.51,309|Greensboro,NC,36.07,-79.79,299|Pittsburgh,PA,40.44,-79.99,303
St. Louis,MO,38.63,-90.20,302|Lincoln,NE,40.81,-96.70,291|Orlando,FL,28.54,-81.38,308
Anchorage,AK,61.22,-149.90,291|Buffalo,NY,42.89,-78.88,278|Madison,WI,43.07,-89.40,270
Reno,NV,39.53,-119.81,264|Boise,ID,43.62,-116.21,236|Richmond,VA,37.54,-77.44,227
Baton Rouge,LA,30.45,-91.15,227|Spokane,WA,47.66,-117.43,229|Des Moines,IA,41.59,-93.62,214
Birmingham,AL,33.52,-86.81,201|Rochester,NY,43.16,-77.61,211|Salt Lake City,UT,40.76,-111.89,200
Little Rock,AR,34.75,-92.29,203|Grand Rapids,MI,42.96,-85.67,199|Worcester,MA,42.26,-71.80,206
Huntsville,AL,34.73,-86.59,215|Providence,RI,41.82,-71.41,191|Chattanooga,TN,35.05,-85.31,181
Sioux Falls,SD,43.54,-96.73,193|Jackson,MS,32.30,-90.18,154|Savannah,GA,32.08,-81.09,148
Bridgeport,CT,41.19,-73.20,149|Charleston,SC,32.78,-79.93,150|Columbia,SC,34.00,-81.03,137
Hartford,CT,41.76,-72.67,121|Fargo,ND,46.88,-96.79,126|Billings,MT,45.78,-108.50,117
Manchester,NH,42.99,-71.45,116|Wilmington,DE,39.75,-75.55,71|Missoula,MT,46.87,-113.99,73
Portland,ME,43.66,-70.26,68|Cheyenne,WY,41.14,-104.82,65|Burlington,VT,44.48,-73.21,45
Charleston,WV,38.35,-81.63,49|Louisville,KY,38.25,-85.76,633|Fairbanks,AK,64.84,-147.72,32
San Juan,PR,18.47,-66.11,342|Hagatna,GU,13.47,144.75,17
"""


def _city(cell: str) -> City:
    name, state, latitude, longitude, thousands = cell.split(",")
    return City(name, state, float(latitude), float(longitude), int(thousands))


CITIES = tuple(_city(cell) for line in _ROWS.split("\n") for cell in line.split("|") if cell.strip())
