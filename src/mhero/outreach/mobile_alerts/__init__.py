"""What other systems have mHero say to health workers: IHE mACM, and the dialect of iHRIS 5's own pages."""
